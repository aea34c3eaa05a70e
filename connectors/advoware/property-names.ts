import type { Attributes, Json } from '../connector.ts';

/** Properties of a party whose spelling is known from public sources, beside those that only need a small first letter. */
const knownNames = [
  'betNr',
  'rowId',
  'geaendertAm',
  'geburtsdatum',
  'rechtsform',
  'anrede',
  'bAnrede',
  'titel',
  'vorname',
  'name',
  'zusatz',
  'art',
  'kurzname',
  'geburtsname',
  'familienstand',
  'handelsRegisterNummer',
  'registergericht',
  'kommunikation',
  'adressen',
];
const canonicalByLowerCase = new Map(knownNames.map((name) => [name.toLowerCase(), name]));

/**
 * The camelCase spelling of a property. Clients of the API have met both cases, so both are understood.
 */
export const canonicalName = (name: string): string =>
  canonicalByLowerCase.get(name.toLowerCase()) ?? name.charAt(0).toLowerCase() + name.slice(1);

/** The camelCase spelling of a name that is known to be a property, else null. */
export const knownProperty = (name: string): string | null => canonicalByLowerCase.get(name.toLowerCase()) ?? null;

/** The same properties under their camelCase names; values, nested ones too, stay as they are. */
export function withCanonicalNames(raw: Attributes): Attributes {
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [canonicalName(name), value]));
}

/** The given properties in the spelling that a record came with; those that it does not have follow its habit. */
export function inSpellingOf(raw: Attributes, properties: Attributes): Record<string, Json> {
  const spellings = new Map(Object.keys(raw).map((name) => [canonicalName(name), name]));
  const isPascal =
    Object.keys(raw).some((name) => /^[A-Z]/.test(name)) && !Object.keys(raw).some((name) => /^[a-z]/.test(name));
  const habit = (name: string): string => (isPascal ? name.charAt(0).toUpperCase() + name.slice(1) : name);
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [spellings.get(canonicalName(name)) ?? habit(name), value]),
  );
}
