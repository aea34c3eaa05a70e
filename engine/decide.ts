import type { MappedField, PairDefinition } from './pair.ts';
import type { Policy } from './policy.ts';
import { targetOfMark, type UnlinkedTarget } from './reference.ts';
import { type Resolution, resolutionOf } from './resolution.ts';
import type { Rule } from './rules.ts';
import type { FieldState } from './snapshot.ts';
import { type Canonical, otherSide, type PerSide, type Side, sides } from './values.ts';

export type FieldDecision =
  /** Both sides hold the same. */
  | { readonly kind: 'agreed'; readonly field: MappedField }
  /** They differ, known and explained since the last agreement; nobody moved. */
  | { readonly kind: 'kept'; readonly field: MappedField }
  /** `value` goes to every side that holds another one. `from`: whose value it is; null if it is neither's alone. */
  | {
      readonly kind: 'settled';
      readonly field: MappedField;
      readonly value: Canonical;
      readonly from: Side | null;
      readonly rule: Rule;
    }
  /** Nothing is written: a person decides. */
  | { readonly kind: 'open'; readonly field: MappedField }
  /** Nothing is written: it names a record that is no couple, on these sides. */
  | { readonly kind: 'waiting'; readonly field: MappedField; readonly targets: readonly WaitingTarget[] };

export interface WaitingTarget {
  /** The side that shows it. */
  readonly side: Side;
  readonly target: UnlinkedTarget;
}

/** All that is known of one field of a couple. */
export interface FieldView {
  readonly values: PerSide<Canonical>;
  readonly states: PerSide<FieldState>;
  /** What both sides last agreed on; undefined where they did not, or it is not known. */
  readonly base: Canonical | undefined;
  /** What a person has decided about exactly these values. */
  readonly resolution: Resolution | null;
  /** When a person last modified each record, in milliseconds; null where that is not known. */
  readonly modifiedAtMs: PerSide<number | null>;
}

type Action = 'keep' | 'take_master' | 'take_replica' | 'contested' | 'first_sync';

/** The decision table for two values that differ: rows are the master's state, columns the replica's. */
export const decisionTable: Readonly<Record<FieldState, Readonly<Record<FieldState, Action>>>> = {
  unchanged: { unchanged: 'keep', changed: 'take_replica', unknown: 'first_sync' },
  changed: { unchanged: 'take_master', changed: 'contested', unknown: 'first_sync' },
  unknown: { unchanged: 'first_sync', changed: 'first_sync', unknown: 'first_sync' },
};

interface Choice {
  readonly value: Canonical;
  readonly from: Side | null;
  readonly rule: Rule;
}

/** Decides one field from both sides' values and what is known of their past. */
export function decideField(pair: PairDefinition, field: MappedField, view: FieldView): FieldDecision {
  const decision = decideValue(pair, field, view);
  const targets = field.codec.target === undefined ? [] : waitingTargets(view.values);
  return targets.length > 0 && mustWait(decision) ? { kind: 'waiting', field, targets } : decision;
}

/** The sides that name a record which is no couple. */
const waitingTargets = (values: PerSide<Canonical>): readonly WaitingTarget[] =>
  sides.flatMap((side) => {
    const target = targetOfMark(values[side]);
    return target === null ? [] : [{ side, target }];
  });

/** A side's mark may be written over, but never written. */
function mustWait(decision: FieldDecision): boolean {
  if (decision.kind !== 'settled') return decision.kind !== 'agreed';
  return decision.from === null || targetOfMark(decision.value) !== null;
}

function decideValue(pair: PairDefinition, field: MappedField, view: FieldView): FieldDecision {
  const { values, states, resolution } = view;
  if (values.master === values.replica) return { kind: 'agreed', field };
  const action = decisionTable[states.master][states.replica];
  if (resolution !== null) return settled(field, values, resolutionOf(resolution, field, values));
  if (action === 'keep') return { kind: 'kept', field };
  const choice = choose(pair, field, view, action);
  return choice === null ? { kind: 'open', field } : settled(field, values, choice);
}

const settled = (field: MappedField, values: PerSide<Canonical>, choice: Choice): FieldDecision => ({
  kind: 'settled',
  field,
  ...respectRequired(field, values, respectDirection(field, values, choice)),
});

function choose(
  pair: PairDefinition,
  field: MappedField,
  view: FieldView,
  action: Exclude<Action, 'keep'>,
): Choice | null {
  switch (action) {
    case 'take_master':
      return taken(view.values, 'master', 'only_master_changed');
    case 'take_replica':
      return taken(view.values, 'replica', 'only_replica_changed');
    case 'contested':
      return byPolicy(policyFor(field, pair.groups[field.group]), field, view, 'both_changed');
    case 'first_sync':
      return filled(view.values) ?? byPolicy(policyFor(field, pair.firstSync), field, view, 'first_sync');
  }
}

/** An owned field has its owner's value: there is nothing to choose. */
function policyFor({ direction }: MappedField, policy: Policy | undefined): Policy {
  if (direction === 'toReplica') return { kind: 'master' };
  if (direction === 'toMaster') return { kind: 'replica' };
  return policy ?? { kind: 'master' };
}

function byPolicy(
  policy: Policy,
  field: MappedField,
  view: FieldView,
  situation: 'both_changed' | 'first_sync',
): Choice | null {
  switch (policy.kind) {
    case 'master':
    case 'replica':
      return taken(view.values, policy.kind, `${situation}_${policy.kind}_wins`);
    case 'newest':
      return newest(view, policy.toleranceMs);
    case 'manual':
      return null;
    case 'combine': {
      const raw = field.codec.fromCanonical.master(policy.combine({ base: view.base, values: view.values }));
      return { value: field.codec.toCanonical.master(raw), from: null, rule: 'combined' };
    }
  }
}

function newest({ values, modifiedAtMs: { master, replica } }: FieldView, toleranceMs: number): Choice {
  if (master === null || replica === null) return taken(values, 'master', 'newest_time_unknown_master_wins');
  if (Math.abs(master - replica) <= toleranceMs) return taken(values, 'master', 'newest_tie_master_wins');
  const from = master > replica ? 'master' : 'replica';
  return taken(values, from, `newest_${from}_wins`);
}

function filled(values: PerSide<Canonical>): Choice | null {
  const empty = sides.find((side) => values[side] === null);
  return empty === undefined ? null : taken(values, otherSide(empty), 'first_sync_fill');
}

function respectDirection(field: MappedField, values: PerSide<Canonical>, wish: Choice): Choice {
  const owner = ownerOf(field);
  return owner === null || owner === wish.from ? wish : taken(values, owner, 'against_direction');
}

const ownerOf = ({ direction }: MappedField): Side | null =>
  direction === 'both' ? null : direction === 'toReplica' ? 'master' : 'replica';

function respectRequired(field: MappedField, values: PerSide<Canonical>, wish: Choice): Choice {
  if (!field.required || wish.value !== null) return wish;
  return taken(values, values.master === null ? 'replica' : 'master', 'required');
}

const taken = (values: PerSide<Canonical>, from: Side, rule: Rule): Choice => ({ value: values[from], from, rule });
