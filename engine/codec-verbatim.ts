import { alike, canonicalText, type Codec } from './codec.ts';
import { meaningOfText } from './codec-plain.ts';
import { type Canonical, type Json, textOfJson } from './values.ts';

/** Text as it is, mark-up for instance: every character counts. "" is empty. */
export const verbatim = (): Codec => ({
  kind: 'verbatim',
  toCanonical: alike((raw) => (typeof raw === 'string' ? (raw === '' ? null : raw) : canonicalText(raw))),
  fromCanonical: alike((value) => value),
  examples: [null, '<p>Müller &amp; Söhne</p>', ' a  b \n'],
});

/**
 * Lists and objects, compared as a whole; the order of an object's keys does not count. An empty list or object is empty.
 * The text of one means the same as itself, and is never written; any other value passes through.
 */
export const json = (): Codec => ({
  kind: 'json',
  toCanonical: alike(jsonText),
  fromCanonical: alike((value) => structureIn(value) ?? value),
  examples: [null, '["a","b"]', '{"1":"x","2":null}'],
});

function jsonText(raw: Json): Canonical {
  const structure = structureIn(raw);
  if (structure === null) return meaningOfText(raw, (text) => text);
  const text = textOfJson(structure);
  return text === '[]' || text === '{}' ? null : text;
}

/** The list or object that a value is, or that its text describes; null: neither. */
function structureIn(raw: Json): Json {
  if (raw !== null && typeof raw === 'object') return raw;
  if (typeof raw !== 'string' || !/^\s*[[{]/.test(raw)) return null;
  try {
    // What JSON.parse gives for text is JSON.
    return JSON.parse(raw) as Json;
  } catch {
    return null;
  }
}
