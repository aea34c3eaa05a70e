import { type MappedField, meansTheSame, type PairDefinition, project } from './pair.ts';
import type { Attributes, PerSide, Side } from './values.ts';

/**
 * What Tandem last saw on one side when it had done all it could: the mapped attributes as the system gave them.
 * Values are made canonical only when compared, so that a corrected codec does not look like thousands of edits.
 */
export type Snapshot = Attributes;
/** One snapshot per side: two systems may hold different values for ever (cut, normalised, not taken). */
export type Base = PerSide<Snapshot>;

/** Of two records that have not met yet. */
export const emptyBase: Base = { master: {}, replica: {} };

export type FieldState = 'unchanged' | 'changed' | 'unknown';

/** Whether one side's field has left its own snapshot. A snapshot that never had the attribute says nothing about it. */
export function fieldState(field: MappedField, side: Side, snapshot: Snapshot | null, seen: Attributes): FieldState {
  if (snapshot?.[field.attribute[side]] === undefined) return 'unknown';
  return meansTheSame(field, { side, attributes: snapshot }, { side, attributes: seen }) ? 'unchanged' : 'changed';
}

/** Whether a side still shows exactly what was last agreed. */
export function equalsSnapshot(pair: PairDefinition, side: Side, snapshot: Snapshot, seen: Attributes): boolean {
  return pair.fields.every((field) => fieldState(field, side, snapshot, seen) === 'unchanged');
}

/** The names of the fields that differ between two views of one side. */
export function differingFields(pair: PairDefinition, side: Side, one: Attributes, other: Attributes): string[] {
  return pair.fields
    .filter((field) => !meansTheSame(field, { side, attributes: one }, { side, attributes: other }))
    .map(({ name }) => name);
}

/**
 * A side's snapshot after a write: what the answer shows for the fields that were written, and for every other field
 * what the plan was made from. Taking the whole answer would swallow an edit made between our read and our write.
 */
export function snapshotAfterWrite(
  pair: PairDefinition,
  side: Side,
  view: { readonly planned: Attributes; readonly answer: Attributes; readonly written: readonly string[] },
): Snapshot {
  const answered = project(pair, side, view.answer);
  return Object.fromEntries(
    Object.entries(project(pair, side, view.planned)).map(([name, value]) => [
      name,
      view.written.includes(name) ? (answered[name] ?? null) : value,
    ]),
  );
}
