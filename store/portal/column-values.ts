import { z } from 'zod';
import type { Json } from '../../engine/values.ts';
import type { ColumnKind, EntityColumn } from './entities.ts';

/** The value can't stand in its column. */
export class UnfitValue extends Error {
  readonly code = 'unfit_value';
  readonly attribute: string;

  constructor(attribute: string, wanted: string) {
    super(`${attribute} takes ${wanted}`);
    this.name = 'UnfitValue';
    this.attribute = attribute;
  }
}

interface Fitting {
  /** The value as its column takes it; undefined: it doesn't. Called for every cell of an import. */
  readonly fit: (value: Json) => unknown;
  readonly wanted: string;
}

const parsedBy =
  (shape: z.ZodType): Fitting['fit'] =>
  (value) =>
    shape.safeParse(value).data;

const fitting: Readonly<Record<ColumnKind, Fitting>> = {
  text: { fit: (value) => (typeof value === 'string' ? value : undefined), wanted: 'a text' },
  whole: { fit: (value) => (Number.isSafeInteger(value) ? value : undefined), wanted: 'a whole number' },
  number: { fit: (value) => (Number.isFinite(value) ? value : undefined), wanted: 'a number' },
  flag: { fit: (value) => (typeof value === 'boolean' ? value : undefined), wanted: 'true or false' },
  date: { fit: parsedBy(z.iso.date()), wanted: 'a date (YYYY-MM-DD)' },
  time: {
    fit: parsedBy(z.iso.datetime({ offset: true }).transform((text) => new Date(text))),
    wanted: 'a time (ISO 8601)',
  },
  json: { fit: (value) => value, wanted: 'JSON' },
  reference: {
    fit: (value) => (typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : undefined),
    wanted: 'the id of another record of the portal',
  },
};

/** @throws UnfitValue */
export function toColumn(attribute: string, { kind }: EntityColumn, value: Json): unknown {
  if (value === null) return null;
  const { fit, wanted } = fitting[kind];
  const fitted = fit(value);
  if (fitted === undefined) throw new UnfitValue(attribute, wanted);
  return fitted;
}

const json = z.json();
const id = z.int().transform(String);

export function fromColumn({ kind }: EntityColumn, value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (kind === 'reference') return id.parse(value);
  return typeof value === 'string' || typeof value === 'boolean' ? value : json.parse(value);
}
