import { alike, canonicalText, type Codec } from './codec.ts';
import type { Canonical, Json } from './values.ts';

/**
 * What `meaning` makes of a text, given trimmed and Unicode-normalised (NFC). An empty text is null; a value that is no
 * text passes through, lists and objects as their JSON text.
 */
export function meaningOfText(raw: Json, meaning: (text: string) => Canonical): Canonical {
  const value = canonicalText(raw);
  return typeof value === 'string' ? meaning(value) : value;
}

/**
 * A number, as exact as JSON's. Text such as "7.50" means the number; other text passes through.
 * @param options.decimals Places after the point that are kept, a whole number from 0; halves are rounded away from
 * zero. Absent: every place is kept.
 */
export function number({ decimals }: { readonly decimals?: number } = {}): Codec {
  const meaning = (value: number): number => {
    // Zero has no sign: -0 and 0 are equal, but are not the same text.
    return (decimals === undefined ? value : rounded(value, decimals)) + 0;
  };
  const meaningOfDigits = (text: string): Canonical => {
    const value = decimalNumber.test(text) ? Number(text) : Number.NaN;
    return Number.isFinite(value) ? meaning(value) : text;
  };
  return {
    kind: 'number',
    toCanonical: alike((raw) => (typeof raw === 'number' ? meaning(raw) : meaningOfText(raw, meaningOfDigits))),
    fromCanonical: alike((value) => value),
    examples: [null, 0, 7, ...[0.5, -1234.56789, 1e21].map(meaning)],
  };
}

/**
 * A switch. 0, 1 and the words "true" and "false" are understood too; anything else passes through.
 * @param options.whenEmpty What an empty value means, for a side that can't hold one: EspoCRM answers null for a bool
 * with 500 (observed on EspoCRM 9.2.7). Absent: empty stays empty.
 */
export function flag({ whenEmpty }: { readonly whenEmpty?: false } = {}): Codec {
  const empty: Canonical = whenEmpty ?? null;
  const meaning = (value: Canonical): Canonical =>
    flagWords.get(typeof value === 'string' ? value.toLowerCase() : value) ?? value ?? empty;
  return {
    kind: 'flag',
    toCanonical: alike((raw) => (typeof raw === 'boolean' ? raw : meaning(meaningOfText(raw, (text) => text)))),
    fromCanonical: alike((value) => value ?? empty),
    examples: [...new Set([empty, true, false])],
  };
}

/**
 * Text of several lines, Unicode-normalised (NFC). How a line ends (CRLF or LF) and white space at the end of a line or
 * of the text mean nothing; white space before them is kept. "" is empty.
 */
export const multiline = (): Codec => ({
  kind: 'multiline',
  toCanonical: alike((raw) => (typeof raw === 'string' ? withPlainEnds(raw) : meaningOfText(raw, withPlainEnds))),
  fromCanonical: alike((value) => value),
  examples: [null, 'one line', '  indented\n\nMüller'],
});

const decimalNumber = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

function rounded(value: number, decimals: number): number {
  const shifted = shiftPoint(Math.abs(value), decimals);
  // Beyond this every number is whole, and one that was shifted there does not always come back.
  if (shifted > Number.MAX_SAFE_INTEGER) return value;
  return Math.sign(value) * shiftPoint(Math.round(shifted), -decimals);
}

/** Multiplies by a power of ten in decimal notation: 1.005 * 100 would be 100.49999999999999. */
function shiftPoint(value: number, places: number): number {
  const [digits, exponent] = String(value).split('e');
  return Number(`${digits ?? ''}e${Number(exponent ?? 0) + places}`);
}

const flagWords: ReadonlyMap<Canonical, boolean> = new Map<Canonical, boolean>([
  [0, false],
  [1, true],
  ['0', false],
  ['1', true],
  ['false', false],
  ['true', true],
]);

const unplainEnd = /\r|\s(?:\n|$)/;

function withPlainEnds(raw: string): Canonical {
  const text = raw.normalize('NFC');
  if (!unplainEnd.test(text)) return text === '' ? null : text;
  const lines = text.split(/\r\n?|\n/).map((line) => line.trimEnd());
  const kept = lines.join('\n').trimEnd();
  return kept === '' ? null : kept;
}
