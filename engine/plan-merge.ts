import { decideField, type FieldDecision, type FieldView } from './decide.ts';
import { loopingFields } from './loop.ts';
import { canonicalOf, type MappedField } from './pair.ts';
import type { FieldWrite, OpenField, Plan, PlanInput, SeenRecord, StrandedField, WaitingField } from './plan.ts';
import { question } from './question.ts';
import { statesSince } from './remembered-sync.ts';
import { stillHolds } from './resolution.ts';
import { losingRules } from './rules.ts';
import { type Base, type FieldState, fieldState } from './snapshot.ts';
import { type Attributes, attributeOf, type Canonical, type PerSide, type Side, sides } from './values.ts';
import { verdictOf } from './verdict.ts';

type Records = PerSide<SeenRecord>;
type Settled = FieldDecision & { readonly kind: 'settled' };

/** A decision together with what it was made from. */
interface Decided<Decision extends FieldDecision = FieldDecision> {
  readonly decision: Decision;
  readonly view: FieldView;
}

/** Both records are there: decides field by field. */
export function planMerge(input: PlanInput, records: Records): Plan {
  const decided = decide(input, records);
  const settled = decided.filter(isSettled);
  const writes = settled.flatMap((one) => writesFor(one, records, input.presumed));
  const looping = loopingFields(input.recentWrites, writes, input.pair.loop);
  if (looping.length > 0) return { kind: 'ask', question: question('loop', 'master', { fields: looping }) };
  return {
    kind: 'merge',
    verdict: verdictOf(decided.map(({ decision }) => decision)),
    writes,
    stranded: settled.flatMap((one) => strandedBy(one)),
    open: decided.flatMap(({ decision: { kind, field } }) =>
      kind === 'open' ? [openField(field, input.base, records)] : [],
    ),
    waiting: decided.flatMap(({ decision }) => waitingFields(decision)),
  };
}

const isSettled = (one: Decided): one is Decided<Settled> => one.decision.kind === 'settled';

function decide({ pair, base, remembered, decided }: PlanInput, records: Records): Decided[] {
  const sinceRemembered = statesSince(remembered, records);
  const modifiedAtMs = { master: modifiedByPersonAt(records.master), replica: modifiedByPersonAt(records.replica) };
  return pair.fields.map((field) => {
    const sinceBase = statesOf(field, base, records);
    const isKnown = sides.every((side) => sinceBase[side] !== 'unknown');
    const values = valuesOf(field, records);
    const view: FieldView = {
      values,
      states: isKnown ? sinceBase : withoutBase(sinceRemembered, values),
      base: isKnown ? agreedValue(field, base) : undefined,
      resolution: stillHolds(field, decided[field.name], records),
      modifiedAtMs,
    };
    return { decision: decideField(pair, field, view), view };
  });
}

/** Versions and times tell which record moved, not which field: an empty field may never have been filled, so it is. */
const withoutBase = (sinceRemembered: PerSide<FieldState>, values: PerSide<Canonical>): PerSide<FieldState> =>
  sides.some((side) => values[side] === null) ? neverSeen : sinceRemembered;

const neverSeen: PerSide<FieldState> = { master: 'unknown', replica: 'unknown' };

/** Only a person's time says which edit is newer: our own writes move the same clock. */
function modifiedByPersonAt({ modifiedAt, modifiedByUs }: SeenRecord): number | null {
  const time = modifiedAt === null || modifiedByUs === true ? Number.NaN : Date.parse(modifiedAt);
  return Number.isNaN(time) ? null : time;
}

function writesFor(one: Decided<Settled>, records: Records, presumed: PerSide<Attributes>): FieldWrite[] {
  const { field, value, rule } = one.decision;
  return landingSides(one, true).map((side) => {
    const attribute = field.attribute[side];
    // A value that the other side never had is lost with this write, whoever is right.
    const isLosing = losingRules.has(rule) || one.view.base === undefined || isPresumed(one, side, presumed[side]);
    const oldValue = attributeOf(records[side].attributes, attribute);
    const newValue = field.codec.fromCanonical[side](value);
    return { field: field.name, side, attribute, oldValue, newValue, losingValue: isLosing ? oldValue : null, rule };
  });
}

const isPresumed = ({ decision: { field }, view }: Decided<Settled>, side: Side, presumed: Attributes): boolean =>
  Object.hasOwn(presumed, field.attribute[side]) && canonicalOf(field, side, presumed) === view.values[side];

const strandedBy = (one: Decided<Settled>): StrandedField[] =>
  landingSides(one, false).map((side) => ({ field: one.decision.field.name, side }));

/** The sides that hold another value and take the field, or those that do not take it. */
function landingSides({ decision: { field, value }, view }: Decided<Settled>, takes: boolean): readonly Side[] {
  return sides.filter((side) => view.values[side] !== value && field.readOnlyOn.includes(side) !== takes);
}

const waitingFields = (decision: FieldDecision): readonly WaitingField[] =>
  decision.kind === 'waiting' ? decision.targets.map((one) => ({ field: decision.field.name, ...one })) : [];

const openField = (field: MappedField, base: Base, records: Records): OpenField => ({
  field: field.name,
  values: {
    master: attributeOf(records.master.attributes, field.attribute.master),
    replica: attributeOf(records.replica.attributes, field.attribute.replica),
  },
  base: {
    master: attributeOf(base.master, field.attribute.master),
    replica: attributeOf(base.replica, field.attribute.replica),
  },
});

const valuesOf = (field: MappedField, records: Records): PerSide<Canonical> => ({
  master: canonicalOf(field, 'master', records.master.attributes),
  replica: canonicalOf(field, 'replica', records.replica.attributes),
});

const statesOf = (field: MappedField, base: Base, records: Records): PerSide<FieldState> => ({
  master: fieldState(field, 'master', base.master, records.master.attributes),
  replica: fieldState(field, 'replica', base.replica, records.replica.attributes),
});

/** The common ancestor of both values; undefined where the sides never held the same. */
function agreedValue(field: MappedField, base: Base): Canonical | undefined {
  const master = canonicalOf(field, 'master', base.master);
  return master === canonicalOf(field, 'replica', base.replica) ? master : undefined;
}
