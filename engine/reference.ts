import { alike, type Codec } from './codec.ts';
import type { Canonical, Json, Side } from './values.ts';

/** A record that a field points to and that is no couple: no value can be made of it for the other side. */
export interface UnlinkedTarget {
  readonly pair: string;
  /** The side that the id belongs to. */
  readonly side: Side;
  readonly id: string;
  /** `unlinked`: it has no partner so far. `parted`: it had one and one of the two is gone, or it went before it had any. */
  readonly why: 'unlinked' | 'parted';
}

/**
 * A reference to a record of another pair, or of the same. Its canonical form is the number of the couple (`links.id`), the
 * same on both sides; what a system gives and takes is its own id. The activities translate right after reading and right
 * before sending. A record that is no couple is a mark (`markOf`): it is compared like any value, and never written.
 * @param target the pair that the record belongs to
 */
export const reference = (target: string): Codec => ({
  kind: `reference to ${target}`,
  toCanonical: alike(idText),
  fromCanonical: alike((value) => value),
  examples: [null, '17'],
  target,
});

/** A record's id as text; an empty one is none. */
export function idText(raw: Json): string | null {
  if (typeof raw !== 'string' && typeof raw !== 'number') return null;
  const text = String(raw).trim();
  return text === '' ? null : text;
}

const mark = /^(unlinked|parted):([^:]+):(master|replica):(.+)$/s;

/** The canonical form of a reference that can't be followed. The mark of a parted couple is the same on both sides. */
export const markOf = ({ why, pair, side, id }: UnlinkedTarget): string => `${why}:${pair}:${side}:${id}`;

/** What a mark says; null: the value is none. */
export function targetOfMark(value: Canonical): UnlinkedTarget | null {
  const parts = typeof value === 'string' ? mark.exec(value) : null;
  if (parts === null) return null;
  const [, why, pair = '', side, id = ''] = parts;
  return { pair, side: side === 'master' ? 'master' : 'replica', id, why: why === 'parted' ? 'parted' : 'unlinked' };
}

/** As people read it: `projects 102877`. */
export const targetInWords = ({ pair, side, id }: UnlinkedTarget): string =>
  side === 'master' ? `${pair} ${id}` : `${pair} replica:${id}`;
