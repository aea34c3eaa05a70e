import { z } from 'zod';
import type { Attributes, RemoteRecord } from '../connector.ts';
import { utcOf } from './local-time.ts';
import { withCanonicalNames } from './property-names.ts';

/** The party's number, a 32-bit integer; as text it is understood too. */
const betNr = z.union([z.int().positive(), z.string().regex(/^[1-9]\d{0,9}$/)]).transform(String);

/** What this connector relies on, under canonical names. */
const party = z.looseObject({ betNr });

const properties = z.record(z.string(), z.json());
const one = z.union([properties, z.tuple([properties]).transform(([only]) => only)]);

/** Whether an answer is an empty list: one of the ways in which it may say that there is no such record. */
export const isEmptyList = (json: unknown): boolean => Array.isArray(json) && json.length === 0;

/** Reads an answer that carries one record, as an object or as a list of one. Null where there is none in it. */
export function readParty(json: unknown, timeZone: string): RemoteRecord | null {
  const raw = one.safeParse(json);
  return raw.success ? toRemoteRecord(raw.data, timeZone) : null;
}

/** Reads an answer that carries any number of records. Null where it is no such list. */
export function readParties(json: unknown, timeZone: string): readonly RemoteRecord[] | null {
  const raws = z.array(properties).safeParse(json);
  if (!raws.success) return null;
  const records = raws.data.map((raw) => toRemoteRecord(raw, timeZone));
  return records.every((record) => record !== null) ? records : null;
}

function toRemoteRecord(raw: Attributes, timeZone: string): RemoteRecord | null {
  const attributes = withCanonicalNames(raw);
  const key = party.safeParse(attributes);
  if (!key.success) return null;
  const rowId = attributes['rowId'];
  return {
    id: key.data.betNr,
    version: typeof rowId === 'string' && rowId !== '' ? rowId : null,
    attributes,
    raw,
    modifiedAt: utcOf(attributes['geaendertAm'], timeZone),
    modifiedByUs: null,
  };
}
