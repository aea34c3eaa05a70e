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

/**
 * A decision about values that nobody sees any more decides nothing: the person did not know the new ones. A side that shows
 * the decided value already does not speak against it: a pass may have died between the two writes.
 */
export function stillHolds(
  field: MappedField,
  decided: DecidedConflict | undefined,
  records: PerSide<{ readonly attributes: Attributes }>,
): Resolution | null {
  if (decided === undefined) return null;
  const { resolution, shown } = decided;
  const wanted = resolution.kind === 'value' ? field.codec.toCanonical.master(resolution.value) : undefined;
  const isShown = (side: Side): boolean => {
    const now = canonicalOf(field, side, records[side].attributes);
    return now === field.codec.toCanonical[side](shown[side]) || now === wanted;
  };
  return isShown('master') && isShown('replica') ? resolution : null;
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
