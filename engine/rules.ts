/** Why a value was written. Stored with every ledger entry, so that each value can be explained. */
export const rules = {
  only_master_changed: 'only the master had left its snapshot',
  only_replica_changed: 'only the replica had left its snapshot',
  both_changed_master_wins: "both had; the field's group gives it to the master",
  both_changed_replica_wins: "both had; the field's group gives it to the replica",
  newest_master_wins: 'both had a value of their own; the master was modified later',
  newest_replica_wins: 'both had a value of their own; the replica was modified later',
  newest_tie_master_wins: 'both were modified within the tolerance of the clocks: the master wins',
  newest_time_unknown_master_wins: 'when a person last modified one of them is not known: the master wins',
  combined: "both had a value of their own; the group's function made one of them",
  decided_master: "a person decided the conflict: the master's value",
  decided_replica: "a person decided the conflict: the replica's value",
  decided_value: 'a person decided the conflict: a value of their own',
  first_sync_fill: 'no common past, and one side was empty: it is filled',
  first_sync_master_wins: 'no common past, both had a value: the pair prefers the master',
  first_sync_replica_wins: 'no common past, both had a value: the pair prefers the replica',
  against_direction: 'the side that changed does not own the field: it is put back',
  required: 'the value that should have won is empty and the field must not be: it is put back',
  created: 'the record was created with this value',
  edit_beats_delete:
    'the partner was deleted while this record was edited: the edit wins, the partner was created again',
  restored: 'the record came back after both had been deleted: its partner was created again',
  recreated_by_hand: 'a person answered that the missing partner be created',
  partner_deleted: 'the partner was deleted, and the pair passes that on',
  deleted_by_hand: 'the partner was deleted, and a person answered that this record go too',
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
