import { decideField, type FieldDecision, losingRules, type Rule } from './decide.ts';
import { type Candidate, type IdentityMatch, matchIdentity } from './identity.ts';
import { canonicalOf, type MappedField, type PairDefinition } from './pair.ts';
import { type RememberedSync, statesSince } from './remembered-sync.ts';
import { type Base, type FieldState, fieldState } from './snapshot.ts';
import { type Attributes, attributeOf, type Json, otherSide, type PerSide, type Side, sides } from './values.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** One side's record as it was read for this plan. */
export interface SeenRecord {
  readonly id: string;
  readonly version: string | null;
  readonly attributes: Attributes;
  readonly modifiedAt: string | null;
  readonly modifiedByUs: boolean | null;
}

/** `gone`: the system says that the id we know does not exist. `unknown`: no id of that side is known. */
export type Seen =
  | { readonly kind: 'present'; readonly record: SeenRecord }
  | { readonly kind: 'gone'; readonly id: string }
  | {
      readonly kind: 'unknown';
      /** Look-alikes, where that side could be searched. */ readonly candidates: readonly Candidate[];
    };

export interface PlanInput {
  readonly pair: PairDefinition;
  /** What was last agreed; a side's snapshot may be empty or lack fields. */
  readonly base: Base;
  /** Consulted for fields that the base does not know. */
  readonly remembered: RememberedSync;
  readonly seen: PerSide<Seen>;
}

/** One attribute to be written: what, over what, and why. The ledger's unit. */
export interface FieldWrite {
  readonly field: string;
  readonly side: Side;
  readonly attribute: string;
  readonly oldValue: Json;
  readonly newValue: Json;
  /** The overwritten edit, where both sides had one. */
  readonly losingValue: Json | null;
  readonly rule: Rule;
}

/** A change that the other side is known not to take. */
export interface StrandedField {
  readonly field: string;
  readonly side: Side;
}

export type Plan =
  | {
      readonly kind: 'merge';
      readonly verdict: Verdict;
      readonly writes: readonly FieldWrite[];
      readonly stranded: readonly StrandedField[];
    }
  | {
      readonly kind: 'create';
      readonly verdict: 'created';
      readonly side: Side;
      readonly writes: readonly FieldWrite[];
      readonly stranded: readonly StrandedField[];
    }
  /** The missing side's record is known by a strong key: read it and plan again. */
  | { readonly kind: 'adopt'; readonly side: Side; readonly id: string }
  /** A person has to decide; nothing is written to either system's data. */
  | { readonly kind: 'ask'; readonly question: Question }
  /** The master's record is gone. Nothing is deleted on its word; the link is kept, so that nothing is created anew. */
  | { readonly kind: 'deleted'; readonly verdict: 'deleted' };

/** What a person has to answer. `side`: where the record in question is, or is missing. */
export interface Question {
  readonly code: QuestionCode;
  readonly side: Side;
  readonly ids: readonly string[];
}

export type QuestionCode =
  /** Records that may be the same thing, but not surely. */
  | 'look_alikes'
  /** The partner does not exist any more. */
  | 'gone'
  /** The pair does not create records on that side. */
  | 'may_not_create'
  /** The number in the master's status attribute belongs to another record's link. */
  | 'number_taken'
  /** The number in the master's status attribute was changed by hand on a linked record. */
  | 'number_changed'
  /** The number in the master's status attribute does not exist on the other side. */
  | 'number_unknown'
  /** A creation was sent and its answer never came; the other side can't be searched. */
  | 'maybe_created';

/** The only place where it is decided what is written where. Pure and total. */
export function plan(input: PlanInput): Plan {
  const { master, replica } = input.seen;
  if (master.kind === 'present') {
    if (replica.kind === 'present') return planMerge(input, { master: master.record, replica: replica.record });
    if (replica.kind === 'gone') return { kind: 'ask', question: { code: 'gone', side: 'replica', ids: [replica.id] } };
    return planMissing(input.pair, 'replica', master.record, replica.candidates);
  }
  if (master.kind === 'unknown' && replica.kind === 'present') {
    return planMissing(input.pair, 'master', replica.record, master.candidates);
  }
  return { kind: 'deleted', verdict: 'deleted' };
}

function planMerge({ pair, base, remembered }: PlanInput, records: PerSide<SeenRecord>): Plan {
  const sinceRemembered = statesSince(remembered, records);
  const decisions = pair.fields.map((field) => {
    const sinceBase = statesOf(field, base, records);
    const known = sides.every((side) => sinceBase[side] !== 'unknown');
    return decideField(pair, field, valuesOf(field, records), known ? sinceBase : sinceRemembered);
  });
  return {
    kind: 'merge',
    verdict: verdictOf(decisions),
    writes: decisions.flatMap((decision) => (decision.kind === 'take' ? [writeFor(decision, records)] : [])),
    stranded: decisions.flatMap((decision) =>
      decision.kind === 'cannot_land' ? [{ field: decision.field.name, side: otherSide(decision.from) }] : [],
    ),
  };
}

function planMissing(pair: PairDefinition, side: Side, existing: SeenRecord, candidates: readonly Candidate[]): Plan {
  const match: IdentityMatch = matchIdentity(pair, side, existing.attributes, candidates);
  if (match.kind === 'same') return { kind: 'adopt', side, id: match.id };
  if (match.kind === 'look_alikes') return { kind: 'ask', question: { code: 'look_alikes', side, ids: match.ids } };
  if (!pair.createOn.includes(side)) return { kind: 'ask', question: { code: 'may_not_create', side, ids: [] } };
  const { writes, stranded } = creation(pair, side, existing);
  return { kind: 'create', side, verdict: 'created', writes, stranded };
}

function creation(pair: PairDefinition, side: Side, existing: SeenRecord) {
  const from = otherSide(side);
  const filled = pair.fields.filter((field) => canonicalOf(field, from, existing.attributes) !== null);
  const writes = filled
    .filter((field) => !field.readOnlyOn.includes(side))
    .map((field): FieldWrite => ({
      field: field.name,
      side,
      attribute: field.attribute[side],
      oldValue: null,
      newValue: field.codec.fromCanonical[side](canonicalOf(field, from, existing.attributes)),
      losingValue: null,
      rule: 'created',
    }));
  const stranded = filled.filter((field) => field.readOnlyOn.includes(side)).map(({ name }) => ({ field: name, side }));
  return { writes, stranded };
}

function writeFor(decision: FieldDecision & { kind: 'take' }, records: PerSide<SeenRecord>): FieldWrite {
  const { field, from, rule } = decision;
  const side = otherSide(from);
  const oldValue = attributeOf(records[side].attributes, field.attribute[side]);
  const newValue = field.codec.fromCanonical[side](canonicalOf(field, from, records[from].attributes));
  return {
    field: field.name,
    side,
    attribute: field.attribute[side],
    oldValue,
    newValue,
    losingValue: losingRules.has(rule) ? oldValue : null,
    rule,
  };
}

const valuesOf = (field: MappedField, records: PerSide<SeenRecord>) => ({
  master: canonicalOf(field, 'master', records.master.attributes),
  replica: canonicalOf(field, 'replica', records.replica.attributes),
});

const statesOf = (field: MappedField, base: Base, records: PerSide<SeenRecord>): PerSide<FieldState> => ({
  master: fieldState(field, 'master', base.master, records.master.attributes),
  replica: fieldState(field, 'replica', base.replica, records.replica.attributes),
});

/** The attributes to be sent to one side. */
export const attributesFor = (side: Side, writes: readonly FieldWrite[]): Attributes =>
  Object.fromEntries(
    writes.filter((write) => write.side === side).map(({ attribute, newValue }) => [attribute, newValue]),
  );
