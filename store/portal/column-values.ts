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
  readonly shape: z.ZodType;
  readonly wanted: string;
}

const fitting: Readonly<Record<ColumnKind, Fitting>> = {
  text: { shape: z.string(), wanted: 'a text' },
  whole: { shape: z.int(), wanted: 'a whole number' },
  number: { shape: z.number(), wanted: 'a number' },
  flag: { shape: z.boolean(), wanted: 'true or false' },
  date: { shape: z.iso.date(), wanted: 'a date (YYYY-MM-DD)' },
  time: {
    shape: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
    wanted: 'a time (ISO 8601)',
  },
  json: { shape: z.json(), wanted: 'JSON' },
  reference: {
    shape: z
      .string()
      .regex(/^[1-9]\d{0,14}$/)
      .transform(Number),
    wanted: 'the id of another record of the portal',
  },
};

/** @throws UnfitValue */
export function toColumn(attribute: string, { kind }: EntityColumn, value: Json): unknown {
  if (value === null) return null;
  const { shape, wanted } = fitting[kind];
  const parsed = shape.safeParse(value);
  if (!parsed.success) throw new UnfitValue(attribute, wanted);
  return parsed.data;
}

const json = z.json();
const id = z.int().transform(String);

export function fromColumn({ kind }: EntityColumn, value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  return kind === 'reference' ? id.parse(value) : json.parse(value);
}
