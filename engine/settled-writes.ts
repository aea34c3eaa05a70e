import { canonicalOf, type MappedField, type PairDefinition } from './pair.ts';
import type { FieldWrite } from './plan.ts';
import type { Base } from './snapshot.ts';
import { type Attributes, attributeOf, type Json, otherSide, type PerSide, type Side, sides } from './values.ts';

/** A value that was meant to be written over another one. */
export type MeantWrite = Pick<FieldWrite, 'side' | 'attribute' | 'oldValue' | 'newValue'>;

/** A value that an earlier attempt meant to write, and whose fate was not known until now. */
export interface UnsettledWrite extends MeantWrite {
  /** The version of the record that it was planned from. */
  readonly seenVersion: string | null;
  /** `unsent`: the attempt is known to have ended before it. Whoever typed the same value meanwhile is not us. */
  readonly fate: 'unknown' | 'unsent';
}

/** What a side shows now; null: its record is away, and nobody can see what became of a write. */
export type Shown = ShownRecord | null;

export interface ShownRecord {
  readonly attributes: Attributes;
  readonly version: string | null;
  /** Whether Tandem was the last author; null where the system does not tell. */
  readonly modifiedByUs: boolean | null;
}

/** Whether the record shows the value that was meant to be written. */
export function isShown(pair: PairDefinition, write: MeantWrite, record: Attributes): boolean {
  const field = fieldOf(pair, write);
  const meant = field?.codec.toCanonical[write.side](write.newValue);
  return field !== undefined && canonicalOf(field, write.side, record) === meant;
}

/** Whether the write is known to have taken effect: its value is shown, or what was left of it in a record that moved. */
export function tookEffect(pair: PairDefinition, write: UnsettledWrite, shown: Shown): boolean {
  if (write.fate === 'unsent' || shown === null) return false;
  return (
    isShown(pair, write, shown.attributes) || (isOtherVersion(write, shown) && isCut(pair, write, shown.attributes))
  );
}

/** A part of the new value, and not the old one: who appends to a text writes something that begins with it. */
function isCut(pair: PairDefinition, write: UnsettledWrite, record: Attributes): boolean {
  const { attribute, oldValue, newValue } = write;
  const shown = attributeOf(record, attribute);
  if (typeof shown !== 'string' || shown === '' || typeof newValue !== 'string') return false;
  return newValue.startsWith(shown) && !isShown(pair, { ...write, newValue: oldValue }, record);
}

const isOtherVersion = ({ seenVersion }: UnsettledWrite, { version }: ShownRecord): boolean =>
  version !== null && version !== seenVersion;

/** Whether somebody else may have written since it was planned; our own status may be what moved the version. */
const mayBeEdited = (write: UnsettledWrite, shown: Shown): boolean =>
  write.fate === 'unknown' && shown !== null && isOtherVersion(write, shown) && shown.modifiedByUs !== true;

/**
 * What records show of writes that count as ours without a proof: somebody else may have typed the very same since. They
 * are as likely ours as anything can be, but when they are written over, nobody must miss them in the ledger.
 */
export function presumedOurs(
  pair: PairDefinition,
  writes: readonly UnsettledWrite[],
  seen: PerSide<Shown>,
): PerSide<Attributes> {
  const presumedOn = (side: Side): Attributes => {
    const attributes = attributesOf(seen[side]);
    const presumed = writes.filter(
      (write) => write.side === side && tookEffect(pair, write, seen[side]) && mayBeEdited(write, seen[side]),
    );
    return Object.fromEntries(presumed.map(({ attribute }) => [attribute, attributeOf(attributes, attribute)]));
  };
  return { master: presumedOn('master'), replica: presumedOn('replica') };
}

/**
 * Both snapshots after writes whose fate was not known. The side of one that took effect moves to what it shows, the
 * other side to the value that was written, since that is where it came from: whatever it shows by now is measured
 * against it. A value that was meant for both sides and has reached one of them goes on from there. One that is not shown
 * in a record that has moved may have been written and changed again, or never: nothing is known of that field any more,
 * as if both had just met. A record that is away may be restored with the value or without it: nothing is known of its side.
 */
export function baseAfterWrites(
  pair: PairDefinition,
  base: Base,
  writes: readonly UnsettledWrite[],
  seen: PerSide<Shown>,
): Base {
  const next: PerSide<Record<string, Json>> = { master: { ...base.master }, replica: { ...base.replica } };
  for (const write of writes) {
    const { side, attribute } = write;
    const field = fieldOf(pair, write);
    if (field === undefined) continue;
    const source = otherSide(side);
    const ofSource = field.attribute[source];
    if (tookEffect(pair, write, seen[side])) {
      next[side][attribute] = attributeOf(attributesOf(seen[side]), attribute);
      const hasOwnWrite = writes.some((one) => one.side === source && one.attribute === ofSource);
      if (!hasOwnWrite) next[source][ofSource] = otherForm(field, write, write.newValue);
    } else if (mayBeEdited(write, seen[side])) {
      Reflect.deleteProperty(next[side], attribute);
      Reflect.deleteProperty(next[source], ofSource);
    } else if (seen[side] === null && write.fate === 'unknown') {
      // What the other side was changed from is known as before: an edit there still beats the deletion.
      Reflect.deleteProperty(next[side], attribute);
    }
  }
  const isDue = (write: UnsettledWrite): boolean =>
    !tookEffect(pair, write, seen[write.side]) && !mayBeEdited(write, seen[write.side]);
  return sides.reduce<Base>((known, side) => {
    const halves = writes.filter((write) => write.side === side || isDue(write));
    return withMoved(known, baseBetweenWrites(pair, side, halves, attributesOf(seen[side])));
  }, next);
}

/**
 * What moves in both snapshots when a side shows its own of two writes of one field, and the other is still due: as if both
 * had agreed on what the other side holds. So the value counts as an edit of the side that has it, and goes on from there.
 */
export function baseBetweenWrites(
  pair: PairDefinition,
  side: Side,
  writes: readonly MeantWrite[],
  shown: Attributes,
): Base {
  const moved: PerSide<Record<string, Json>> = { master: {}, replica: {} };
  for (const write of writes) {
    const field = fieldOf(pair, write);
    if (field === undefined || write.side !== side || !isShown(pair, write, shown)) continue;
    const due = writes.find((one) => one.side !== side && one.attribute === field.attribute[one.side]);
    if (due === undefined) continue;
    moved[due.side][due.attribute] = due.oldValue;
    moved[side][write.attribute] = otherForm(field, due, due.oldValue);
  }
  return moved;
}

export const withMoved = (base: Base, moved: Base): Base => ({
  master: { ...base.master, ...moved.master },
  replica: { ...base.replica, ...moved.replica },
});

/** As `baseAfterWrites`, for a record that was created. */
export function baseAfterCreation(
  pair: PairDefinition,
  created: Side,
  writes: readonly UnsettledWrite[],
  seen: PerSide<Shown>,
): Base {
  const sent = writes.filter(({ side }) => side === created).map(({ attribute }) => attribute);
  return baseAfterWrites(pair, baseAtCreation(pair, created, sent), writes, seen);
}

/**
 * Both snapshots at the moment when a record is created with these attributes: fields that were not sent were empty on
 * both sides. Of all others nothing is known yet; what was agreed on with a record that is gone says nothing of the one
 * that takes its place.
 */
export function baseAtCreation(pair: PairDefinition, created: Side, sent: readonly string[]): Base {
  const empty = pair.fields.filter(
    ({ attribute, readOnlyOn }) => !sent.includes(attribute[created]) && !readOnlyOn.includes(created),
  );
  const emptyOn = (side: Side): Attributes => Object.fromEntries(empty.map(({ attribute }) => [attribute[side], null]));
  return { master: emptyOn('master'), replica: emptyOn('replica') };
}

const attributesOf = (shown: Shown): Attributes => shown?.attributes ?? {};

const fieldOf = (pair: PairDefinition, { side, attribute }: MeantWrite): MappedField | undefined =>
  pair.fields.find((field) => field.attribute[side] === attribute);

/** A value of the write's side in the words of the other one. */
const otherForm = ({ codec }: MappedField, { side }: MeantWrite, value: Json): Json =>
  codec.fromCanonical[otherSide(side)](codec.toCanonical[side](value));
