import { canonicalOf, type PairDefinition } from './pair.ts';
import type { FieldWrite, StrandedField } from './plan.ts';
import type { Attributes, Side } from './values.ts';

/** Why a side does not hold what the other one has: it did not take the value, or it stored another one. */
export interface FieldNote {
  readonly kind: 'not_taken' | 'altered';
  readonly side: Side;
  /** ISO 8601 UTC. */
  readonly since: string;
}

export type FieldNotes = Readonly<Record<string, FieldNote>>;

/** The written fields whose answer shows something else than what was sent. */
export function notesFromAnswer(
  pair: PairDefinition,
  side: Side,
  writes: readonly FieldWrite[],
  answer: Attributes,
  since: string,
): FieldNotes {
  const notes = writes.flatMap((write): [string, FieldNote][] => {
    const field = pair.fields.find(({ name }) => name === write.field);
    if (field === undefined || write.side !== side) return [];
    const shown = canonicalOf(field, side, answer);
    const { toCanonical } = field.codec;
    if (shown === toCanonical[side](write.newValue)) return [];
    const kind = shown === toCanonical[side](write.oldValue) ? 'not_taken' : 'altered';
    return [[write.field, { kind, side, since }]];
  });
  return Object.fromEntries(notes);
}

export const notesForStranded = (stranded: readonly StrandedField[], since: string): FieldNotes =>
  Object.fromEntries(stranded.map(({ field, side }) => [field, { kind: 'not_taken', side, since }]));

/** Earlier notes stay as long as the two sides still differ in that field; new ones replace them. */
export function nextNotes(
  pair: PairDefinition,
  earlier: FieldNotes,
  fresh: FieldNotes,
  now: Readonly<Record<Side, Attributes>>,
): FieldNotes {
  const stillDiffering = pair.fields.filter(
    (field) => canonicalOf(field, 'master', now.master) !== canonicalOf(field, 'replica', now.replica),
  );
  const differing = new Set(stillDiffering.map(({ name }) => name));
  return Object.fromEntries(Object.entries({ ...earlier, ...fresh }).filter(([field]) => differing.has(field)));
}
