import { canonicalOf, type PairDefinition } from './pair.ts';
import type { FieldWrite, Plan, SeenRecord } from './plan.ts';
import { question } from './question.ts';
import type { CreationRule } from './rules.ts';
import { otherSide, type Side } from './values.ts';

/** The missing record with every value of the existing one, if the pair creates records on that side. */
export function planCreation(pair: PairDefinition, side: Side, existing: SeenRecord, rule: CreationRule): Plan {
  if (!pair.createOn.includes(side)) return { kind: 'ask', question: question('may_not_create', side) };
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
      rule,
    }));
  const stranded = filled.filter((field) => field.readOnlyOn.includes(side)).map(({ name }) => ({ field: name, side }));
  return { kind: 'create', verdict: 'created', side, rule, writes, stranded };
}
