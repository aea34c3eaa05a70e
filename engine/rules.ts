/** Why a value was written. Stored with every ledger entry, so that each value can be explained. */
export const rules = {
  only_master_changed: 'only the master had changed it',
  only_replica_changed: 'only the replica had changed it',
  both_changed_master_wins: 'both sides had changed it; the master wins for this group of fields',
  both_changed_replica_wins: 'both sides had changed it; the replica wins for this group of fields',
  newest_master_wins: 'the sides had different values; the master was edited later',
  newest_replica_wins: 'the sides had different values; the replica was edited later',
  newest_tie_master_wins: 'both sides were edited at about the same time; the master wins',
  newest_time_unknown_master_wins: 'it is not known when a person last edited one of the sides; the master wins',
  combined: 'the sides had different values; the function of this group of fields made one of them',
  decided_master: "a person settled the conflict with the master's value",
  decided_replica: "a person settled the conflict with the replica's value",
  decided_value: 'a person settled the conflict with another value',
  first_sync_fill: 'first comparison of the two; the empty side is filled',
  first_sync_master_wins: 'first comparison of the two, with different values; the pair prefers the master',
  first_sync_replica_wins: 'first comparison of the two, with different values; the pair prefers the replica',
  against_direction: "the other side owns this field; the owner's value is put back",
  required: 'the winning value was empty, which this field must not be; the other value is put back',
  created: 'the record was created with this value',
  edit_beats_delete:
    'the partner was deleted while this record was edited; the edit wins and the partner is created again',
  restored: 'the record came back after both had been deleted; its partner is created again',
  recreated_by_hand: 'a person asked for the missing partner to be created',
  partner_deleted: 'the partner was deleted, and the pair carries deletions over',
  deleted_by_hand: 'the partner was deleted, and a person decided to delete this record too',
} as const;

export type Rule = keyof typeof rules;

/** Rules under which a field was an edit on both sides. */
export const contestedRules: ReadonlySet<Rule> = new Set<Rule>([
  'both_changed_master_wins',
  'both_changed_replica_wins',
  'newest_master_wins',
  'newest_replica_wins',
  'newest_tie_master_wins',
  'newest_time_unknown_master_wins',
  'combined',
  'first_sync_master_wins',
  'first_sync_replica_wins',
]);

/** Rules that overwrite a value which somebody had put there: it is kept in the ledger as the loser. */
export const losingRules: ReadonlySet<Rule> = new Set<Rule>([
  ...contestedRules,
  'decided_master',
  'decided_replica',
  'decided_value',
  'against_direction',
  'required',
]);

/** Why a missing record is created. */
export type CreationRule = 'created' | 'edit_beats_delete' | 'restored' | 'recreated_by_hand';
/** Why a record is removed. */
export type RemovalRule = 'partner_deleted' | 'deleted_by_hand';
