import { type Canonical, type Json, type PerSide, type Side, textOfJson } from './values.ts';

/**
 * How one field's value is held by each side. Two values are the same exactly when their canonical forms are.
 * Codecs are total: a value that a codec does not understand passes through, so that it is compared and shown, never lost.
 */
export interface Codec {
  readonly kind: string;
  readonly toCanonical: PerSide<(raw: Json) => Canonical>;
  readonly fromCanonical: PerSide<(value: Canonical) => Json>;
  /** Canonical values that must survive the way through either side; checked at start-up. */
  readonly examples: readonly Canonical[];
  /** The values that may be written into a side's enum attribute; absent for free text. */
  readonly options?: PerSide<readonly string[]>;
  /** The pair whose couples the values name; absent: they name none. See `reference`. */
  readonly target?: string;
}

/** The same for both sides. */
export const alike = <T>(value: T): PerSide<T> => ({ master: value, replica: value });

/** Text: Unicode-normalised (NFC), without white space at the ends; "" is empty. A number is its digits (EspoCRM: 9.2.7). */
export const text = (): Codec => ({
  kind: 'text',
  toCanonical: alike((raw) => canonicalText(typeof raw === 'number' ? String(raw) : raw)),
  fromCanonical: alike((value) => value),
  examples: [null, 'Müller', 'GmbH & Co. KG'],
});

/**
 * A calendar day, `YYYY-MM-DD`; a time of that day means nothing. Anything else passes through.
 * @param replicaForm The replica may hold a day as the midnight of a time without zone (Advoware: observed).
 */
export const day = (replicaForm: 'day' | 'midnight'): Codec => ({
  kind: 'day',
  toCanonical: alike(dayText),
  fromCanonical: {
    master: (value) => value,
    replica: (value) =>
      replicaForm === 'midnight' && typeof value === 'string' && plainDay.test(value) ? `${value}T00:00:00` : value,
  },
  examples: [null, '2001-01-05', '1980-02-29'],
});

const plainDay = /^\d{4}-\d\d-\d\d$/;
const dayWithTime = /^(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d\S*$/;

function dayText(raw: Json): Canonical {
  const value = canonicalText(raw);
  return typeof value === 'string' ? (dayWithTime.exec(value)?.[1] ?? value) : value;
}

type Words = readonly (readonly [master: string, replica: string])[];

/**
 * A choice whose words differ between the sides: `[master's word, replica's word]`. The replica's word is the canonical
 * form, so several words of the master may mean one of the replica; the first one listed is then written to the master.
 * A word of the other side's vocabulary means what it means there.
 */
export const choice = (words: Words): Codec => ({
  kind: 'choice',
  toCanonical: {
    master: (raw) => meaning(canonicalText(raw), words, [0, 1]),
    replica: (raw) => meaning(canonicalText(raw), words, [1, 0]),
  },
  fromCanonical: { master: (value) => wordFor(value, words) ?? value, replica: (value) => value },
  examples: [null, ...new Set(words.map(([, replica]) => replica))],
  options: { master: [...new Set(words.map(([master]) => master))], replica: [...new Set(words.map(([, r]) => r))] },
});

export function roundTrips(codec: Codec, value: Canonical, side: Side): boolean {
  return codec.toCanonical[side](codec.fromCanonical[side](value)) === value;
}

/** Text Unicode-normalised (NFC) and trimmed, "" as null; lists and objects as their JSON text; other values as they are. */
export function canonicalText(raw: Json): Canonical {
  if (raw === null || typeof raw === 'boolean' || typeof raw === 'number') return raw;
  if (typeof raw !== 'string') return textOfJson(raw).normalize('NFC');
  const trimmed = raw.normalize('NFC').trim();
  return trimmed === '' ? null : trimmed;
}

function meaning(value: Canonical, words: Words, vocabularies: readonly (0 | 1)[]): Canonical {
  if (typeof value !== 'string') return value;
  for (const vocabulary of vocabularies) {
    const known = words.find((pair) => sameWord(pair[vocabulary], value));
    if (known !== undefined) return known[1];
  }
  return value;
}

const wordFor = (value: Canonical, words: Words): string | undefined =>
  typeof value === 'string' ? words.find(([, replica]) => sameWord(replica, value))?.[0] : undefined;

const sameWord = (one: string, other: string): boolean => one.toLocaleLowerCase('de') === other.toLocaleLowerCase('de');
