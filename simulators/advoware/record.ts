/** One row of a party's contact list; has its own key and version in Advoware. */
export type Kommunikation = {
  id: number;
  rowId: string;
  tlf: string | null;
  bemerkung: string | null;
  kommKz: number;
  online: boolean;
};

/** One address of a party; has its own key and version in Advoware. */
export type Adresse = {
  id: number;
  rowId: string;
  strasse: string | null;
  plz: string | null;
  ort: string | null;
  land: string | null;
};

/** Text properties of a party that somebody outside the firm could want to read or write. */
export const textProperties = [
  'anrede',
  'titel',
  'vorname',
  'name',
  'zusatz',
  'bAnrede',
  'rechtsform',
  'art',
  'kurzname',
  'geburtsname',
  'familienstand',
  'handelsRegisterNummer',
  'registergericht',
  'bemerkung',
  'aktenzeichenIntern',
] as const;

export type TextProperty = (typeof textProperties)[number];

/** What people and API clients may fill in. `geburtsdatum` has the form `2001-01-05T00:00:00`. */
export type AdvowareFields = Record<TextProperty, string | null> & {
  geburtsdatum: string | null;
  kommunikation: Kommunikation[];
  adressen: Adresse[];
};

/**
 * One party ("Beteiligter") as Advoware stores it. `betNr` is the key, `rowId` an opaque version in base64,
 * `geaendertAm` and `angelegtAm` are local time of the office without offset.
 */
export type AdvowareRecord = AdvowareFields & {
  betNr: number;
  rowId: string;
  geaendertAm: string;
  angelegtAm: string;
  angelegtVon: string;
};

/** Properties that Advoware sets itself: whatever a client sends for them is not stored. */
const serverProperties = ['betNr', 'rowId', 'geaendertAm', 'angelegtAm', 'angelegtVon'] as const;

const fieldNames: readonly (keyof AdvowareFields)[] = [...textProperties, 'geburtsdatum', 'kommunikation', 'adressen'];

const rowProperties = ['id', 'tlf', 'kommKz', 'online', 'strasse', 'plz', 'ort', 'land'];

const canonicalNames = new Map(
  [...fieldNames, ...serverProperties, ...rowProperties].map((name) => [name.toLowerCase(), name]),
);

/** The camelCase spelling of a property name written in any case; a name that Advoware doesn't know stays as it is. */
export function canonicalName(name: string): string {
  return canonicalNames.get(name.toLowerCase()) ?? name;
}

/** Whether the name, written in any case, is a property of a party. */
export function isPartyProperty(name: string): boolean {
  const canonical = canonicalName(name);
  return [...fieldNames, ...serverProperties].some((known) => known === canonical);
}

/** A party without a single value; also what a replacing PUT falls back to for what the body leaves out. */
export function emptyFields(): AdvowareFields {
  return {
    anrede: null,
    titel: null,
    vorname: null,
    name: null,
    zusatz: null,
    bAnrede: null,
    rechtsform: null,
    art: null,
    kurzname: null,
    geburtsname: null,
    familienstand: null,
    handelsRegisterNummer: null,
    registergericht: null,
    bemerkung: null,
    aktenzeichenIntern: null,
    geburtsdatum: null,
    kommunikation: [],
    adressen: [],
  };
}
