import type { MappedField, PairDefinition } from './pair.ts';
import type { FieldState } from './snapshot.ts';
import { type Canonical, otherSide, type PerSide, type Side } from './values.ts';

/** Why a field's value is what it is. Stored with every ledger entry. */
export type Rule =
  | 'only_master_changed'
  | 'only_replica_changed'
  | 'both_changed_master_wins'
  | 'both_changed_replica_wins'
  | 'first_sync_fill'
  | 'first_sync_master_wins'
  | 'first_sync_replica_wins'
  | 'against_direction'
  | 'required'
  | 'created';

export type FieldDecision =
  /** Both sides hold the same. */
  | { readonly kind: 'agreed'; readonly field: MappedField }
  /** They differ, known and explained since the last agreement; nobody moved. */
  | { readonly kind: 'kept'; readonly field: MappedField }
  /** The value of `from` goes to the other side. */
  | { readonly kind: 'take'; readonly field: MappedField; readonly from: Side; readonly rule: Rule }
  /** The value should go to the other side, which is known not to take this field. */
  | { readonly kind: 'cannot_land'; readonly field: MappedField; readonly from: Side; readonly rule: Rule };

/** Rules under which a field was an edit on both sides. */
export const contestedRules: ReadonlySet<Rule> = new Set<Rule>([
  'both_changed_master_wins',
  'both_changed_replica_wins',
  'first_sync_master_wins',
  'first_sync_replica_wins',
]);
/** Rules that overwrite a value which somebody had put there: it is kept in the ledger as the loser. */
export const losingRules: ReadonlySet<Rule> = new Set<Rule>([...contestedRules, 'against_direction', 'required']);

type Action = 'keep' | 'take_master' | 'take_replica' | 'contested' | 'first_sync';

/** The decision table for two values that differ: rows are the master's state, columns the replica's. */
export const decisionTable: Readonly<Record<FieldState, Readonly<Record<FieldState, Action>>>> = {
  unchanged: { unchanged: 'keep', changed: 'take_replica', unknown: 'first_sync' },
  changed: { unchanged: 'take_master', changed: 'contested', unknown: 'first_sync' },
  unknown: { unchanged: 'first_sync', changed: 'first_sync', unknown: 'first_sync' },
};

/** Decides one field from both sides' values and what is known of their past. */
export function decideField(
  pair: PairDefinition,
  field: MappedField,
  values: PerSide<Canonical>,
  states: PerSide<FieldState>,
): FieldDecision {
  if (values.master === values.replica) return { kind: 'agreed', field };
  const action = decisionTable[states.master][states.replica];
  if (action === 'keep') return { kind: 'kept', field };
  return landing(field, respectRequired(field, values, respectDirection(field, choose(pair, field, values, action))));
}

interface Choice {
  readonly from: Side;
  readonly rule: Rule;
}

function choose(
  pair: PairDefinition,
  field: MappedField,
  values: PerSide<Canonical>,
  action: Exclude<Action, 'keep'>,
): Choice {
  switch (action) {
    case 'take_master':
      return { from: 'master', rule: 'only_master_changed' };
    case 'take_replica':
      return { from: 'replica', rule: 'only_replica_changed' };
    case 'contested': {
      const from = pair.contested[field.group] ?? 'master';
      return { from, rule: `both_changed_${from}_wins` };
    }
    case 'first_sync':
      return firstSync(pair, values);
  }
}

function firstSync(pair: PairDefinition, values: PerSide<Canonical>): Choice {
  if (values.master === null) return { from: 'replica', rule: 'first_sync_fill' };
  if (values.replica === null) return { from: 'master', rule: 'first_sync_fill' };
  return { from: pair.firstSync, rule: `first_sync_${pair.firstSync}_wins` };
}

function respectDirection(field: MappedField, wish: Choice): Choice {
  const owner = field.direction === 'toReplica' ? 'master' : field.direction === 'toMaster' ? 'replica' : wish.from;
  return owner === wish.from ? wish : { from: owner, rule: 'against_direction' };
}

function respectRequired(field: MappedField, values: PerSide<Canonical>, wish: Choice): Choice {
  if (!field.required || values[wish.from] !== null) return wish;
  return { from: otherSide(wish.from), rule: 'required' };
}

function landing(field: MappedField, { from, rule }: Choice): FieldDecision {
  return field.readOnlyOn.includes(otherSide(from))
    ? { kind: 'cannot_land', field, from, rule }
    : { kind: 'take', field, from, rule };
}
