import { type AnyColumn, sql } from 'drizzle-orm';
import type { SortKey } from './keyset.ts';

/** Without a time, a row comes before all others. */
export const byTime = (column: AnyColumn): SortKey => ({
  expression: sql`coalesce(${column}, '-infinity'::timestamptz)`,
  type: 'timestamptz',
});

/** Without a date, a row comes behind all others. */
export const byDate = (column: AnyColumn): SortKey => ({
  expression: sql`coalesce(${column}, 'infinity'::date)`,
  type: 'date',
});

/** Capitals do not count. */
export const byText = (column: AnyColumn): SortKey => ({
  expression: sql`lower(coalesce(${column}, ''))`,
  type: 'text',
});

export const byNumber = (column: AnyColumn): SortKey => ({
  expression: sql`coalesce(${column}, 'infinity'::float8)`,
  type: 'float8',
});
