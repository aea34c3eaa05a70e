import { canonicalOf, type MappedField } from './pair.ts';
import type { Rule } from './rules.ts';
import { type Attributes, type Canonical, type Json, type PerSide, type Side } from './values.ts';

/** What a person decided about a contested field. A value of their own is given in the master's words. */
export type Resolution =
  { readonly kind: 'take'; readonly side: Side } | { readonly kind: 'value'; readonly value: Json };

/** A decision together with the values that were shown when it was made. */
export interface DecidedConflict {
  readonly resolution: Resolution;
  readonly shown: PerSide<Json>;
}

/** A decision about values that nobody sees any more decides nothing: the person did not know the new ones. */
export function stillHolds(
  field: MappedField,
  decided: DecidedConflict | undefined,
  records: PerSide<{ readonly attributes: Attributes }>,
): Resolution | null {
  if (decided === undefined) return null;
  const isShown = (side: Side): boolean =>
    field.codec.toCanonical[side](decided.shown[side]) === canonicalOf(field, side, records[side].attributes);
  return isShown('master') && isShown('replica') ? decided.resolution : null;
}

export function resolutionOf(
  resolution: Resolution,
  field: MappedField,
  values: PerSide<Canonical>,
): { readonly value: Canonical; readonly from: Side | null; readonly rule: Rule } {
  if (resolution.kind === 'value') {
    return { value: field.codec.toCanonical.master(resolution.value), from: null, rule: 'decided_value' };
  }
  const { side } = resolution;
  return { value: values[side], from: side, rule: `decided_${side}` };
}
