import { z } from 'zod';
import type { AdvowareSettings } from './options.ts';
import { canonicalName, emptyFields, textProperties, type AdvowareFields } from './record.ts';

/** A request body that Advoware doesn't accept; the message is meant for its German user. */
export class InvalidBody extends Error {
  readonly code = 'ADVOWARE_SIMULATOR_INVALID_BODY';
}

export type WriteRules = Pick<AdvowareSettings, 'put' | 'ignoredFields' | 'maxLengths'>;

/** The version and key that a client sent along, unverified. */
export type SentKey = { betNr?: number | null; rowId?: string | null };

export type SentParty = SentKey & { fields: Partial<AdvowareFields> };

const text = z.string().nullable();
const row = { id: z.int(), rowId: z.string() };

const kommunikation = z.object({ ...row, tlf: text, bemerkung: text, kommKz: z.int(), online: z.boolean() });
const adresse = z.object({ ...row, strasse: text, plz: text, ort: text, land: text });

/** A day, alone or as midnight without offset: `2001-01-05`, `2001-01-05T00:00:00`, with any fraction of zeros. */
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(T00:00:00(\.0+)?)?$/)
  .transform((value) => value.slice(0, 10))
  .pipe(z.iso.date())
  .transform((date) => `${date}T00:00:00`);

const optionalText = text.exactOptional();

const partyBody = z.object({
  betNr: z.int().nullable().exactOptional(),
  rowId: z.string().nullable().exactOptional(),
  anrede: optionalText,
  titel: optionalText,
  vorname: optionalText,
  name: optionalText,
  zusatz: optionalText,
  bAnrede: optionalText,
  geburtsdatum: day.nullable().exactOptional(),
  rechtsform: optionalText,
  art: optionalText,
  kurzname: optionalText,
  geburtsname: optionalText,
  familienstand: optionalText,
  handelsRegisterNummer: optionalText,
  registergericht: optionalText,
  bemerkung: optionalText,
  aktenzeichenIntern: optionalText,
  kommunikation: listOf(kommunikation),
  adressen: listOf(adresse),
});

function listOf<T extends z.ZodType>(item: T) {
  const rows = z.array(item).nullable();
  return rows.transform((given) => given ?? []).exactOptional();
}

/**
 * Reads a body as the API does: names in any case, properties that a party doesn't have are dropped, a wrong type is
 * refused. Throws `InvalidBody`.
 */
export function readParty(body: unknown): SentParty {
  const parsed = partyBody.safeParse(withCanonicalNames(body));
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new InvalidBody(`Der Wert für "${place}" ist ungültig.`);
  }
  const { betNr, rowId, ...fields } = parsed.data;
  return { ...(betNr !== undefined && { betNr }), ...(rowId !== undefined && { rowId }), fields };
}

function withCanonicalNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withCanonicalNames);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [canonicalName(name), withCanonicalNames(inner)]),
  );
}

/** What a POST stores. Throws `InvalidBody` when the name is empty. */
export function fieldsOfNewParty(sent: Partial<AdvowareFields>, rules: WriteRules): AdvowareFields {
  return named({ ...emptyFields(), ...storable(sent, rules) });
}

/** What a party holds after a PUT. Throws `InvalidBody` when the name would be empty. */
export function fieldsAfterPut(
  current: AdvowareFields,
  sent: Partial<AdvowareFields>,
  rules: WriteRules,
): AdvowareFields {
  const emptied = rules.put === 'full' ? withoutIgnored(emptyFields(), rules) : {};
  return named({ ...current, ...emptied, ...storable(sent, rules) });
}

function storable(sent: Partial<AdvowareFields>, rules: WriteRules): Partial<AdvowareFields> {
  const fields = withoutIgnored(sent, rules);
  for (const name of textProperties) {
    const value = fields[name];
    const maxLength = rules.maxLengths[name];
    if (typeof value === 'string' && maxLength !== undefined)
      fields[name] = Array.from(value).slice(0, maxLength).join('');
  }
  return fields;
}

function withoutIgnored(fields: Partial<AdvowareFields>, rules: WriteRules): Partial<AdvowareFields> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !rules.ignoredFields.includes(name)));
}

function named(fields: AdvowareFields): AdvowareFields {
  if (!fields.name?.trim()) throw new InvalidBody('Der Name darf nicht leer sein.');
  return fields;
}
