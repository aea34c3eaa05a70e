import { meansTheSame, type PairDefinition } from './pair.ts';
import type { FieldWrite, StrandedField, WaitingField } from './plan.ts';
import { markOf, type UnlinkedTarget } from './reference.ts';
import { type Attributes, attributeOf, type Side } from './values.ts';

/** Why a side does not hold what the other one has: it did not take the value, or it stored another one. */
export type FieldNote =
  | {
      readonly kind: 'not_taken' | 'altered';
      readonly side: Side;
      /** ISO 8601 UTC. */
      readonly since: string;
    }
  /** The side names a record which is no couple: nothing can be written to the other one. */
  | { readonly kind: 'waiting'; readonly side: Side; readonly since: string; readonly waitsFor: UnlinkedTarget };

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
    const raw = attributeOf(answer, field.attribute[side]);
    if (raw === write.newValue) return [];
    const { toCanonical } = field.codec;
    const shown = toCanonical[side](raw);
    if (shown === toCanonical[side](write.newValue)) return [];
    const kind = shown === toCanonical[side](write.oldValue) ? 'not_taken' : 'altered';
    return [[write.field, { kind, side, since }]];
  });
  return Object.fromEntries(notes);
}

export const notesForStranded = (stranded: readonly StrandedField[], since: string): FieldNotes =>
  Object.fromEntries(stranded.map(({ field, side }) => [field, { kind: 'not_taken', side, since }]));

/** A wait that goes on began when it was first noted. */
export function notesForWaiting(
  waiting: readonly WaitingField[],
  { earlier, since }: { readonly earlier: FieldNotes; readonly since: string },
): FieldNotes {
  const notes = waiting.map(({ field, side, target }): [string, FieldNote] => {
    const known = earlier[field];
    const isSame = known?.kind === 'waiting' && markOf(known.waitsFor) === markOf(target);
    return [field, { kind: 'waiting', side, since: isSame ? known.since : since, waitsFor: target }];
  });
  return Object.fromEntries(notes);
}

/** Whether some field waits for a record that is no couple. */
export const hasWaiting = (notes: FieldNotes): boolean => Object.values(notes).some(({ kind }) => kind === 'waiting');

/** Earlier notes stay as long as the two sides still differ in that field; new ones replace them. */
export function nextNotes(
  pair: PairDefinition,
  earlier: FieldNotes,
  fresh: FieldNotes,
  now: Readonly<Record<Side, Attributes>>,
): FieldNotes {
  const stillDiffering = pair.fields.filter(
    (field) =>
      !meansTheSame(field, { side: 'master', attributes: now.master }, { side: 'replica', attributes: now.replica }),
  );
  const differing = new Set(stillDiffering.map(({ name }) => name));
  // Whatever still waits has been found waiting anew.
  const lasting = Object.fromEntries(Object.entries(earlier).filter(([, { kind }]) => kind !== 'waiting'));
  return Object.fromEntries(Object.entries({ ...lasting, ...fresh }).filter(([field]) => differing.has(field)));
}
