import { canonicalOf, type MappedField, type PairDefinition } from './pair.ts';
import type { FieldWrite, Plan, SeenRecord, WaitingField } from './plan.ts';
import { question } from './question.ts';
import { targetOfMark } from './reference.ts';
import type { CreationRule } from './rules.ts';
import { otherSide, type Side } from './values.ts';

/**
 * The missing record with every value of the existing one, if the pair creates records on that side. References to records
 * that are no couple are left out, or waited for where they are required.
 */
export function planCreation(pair: PairDefinition, side: Side, existing: SeenRecord, rule: CreationRule): Plan {
  if (!pair.createOn.includes(side)) return { kind: 'ask', question: question('may_not_create', side) };
  const from = otherSide(side);
  const waiting = pair.fields.flatMap((field) => waitingIn(field, from, side, existing));
  const waits = new Set(waiting.map(({ field }) => field));
  if (pair.fields.some((field) => waits.has(field.name) && cannotFollow(field, side))) return { kind: 'wait', waiting };
  const filled = pair.fields
    .filter(({ name }) => !waits.has(name))
    .map((field) => ({ field, value: canonicalOf(field, from, existing.attributes) }))
    .filter(({ value }) => value !== null);
  const writes = filled
    .filter(({ field }) => !field.readOnlyOn.includes(side))
    .map(({ field, value }): FieldWrite => ({
      field: field.name,
      side,
      attribute: field.attribute[side],
      oldValue: null,
      newValue: field.codec.fromCanonical[side](value),
      losingValue: null,
      rule,
    }));
  const stranded = filled
    .filter(({ field }) => field.readOnlyOn.includes(side))
    .map(({ field: { name } }) => ({ field: name, side }));
  return { kind: 'create', verdict: 'created', side, rule, writes, stranded, waiting };
}

/** Left out of the creation it would never come: it must not be missing, or the side that owns it takes it only then. */
const cannotFollow = ({ required, direction }: MappedField, side: Side): boolean =>
  required || direction === (side === 'master' ? 'toReplica' : 'toMaster');

/** What a side does not take anyway is not waited for. */
function waitingIn(field: MappedField, from: Side, side: Side, { attributes }: SeenRecord): WaitingField[] {
  const value = field.codec.target === undefined ? null : canonicalOf(field, from, attributes);
  const target = targetOfMark(value);
  return target === null || field.readOnlyOn.includes(side) ? [] : [{ field: field.name, side: from, target }];
}
