import { type AnyColumn, sql } from 'drizzle-orm';
import type { SortKey } from './keyset.ts';

/** Without a time, a row comes before all others. */
export const byTime = (column: AnyColumn): SortKey => ({
  name: column.name,
  expression: sql`coalesce(${column}, '-infinity'::timestamptz)`,
  type: 'timestamptz',
});

/** Without a date, a row comes behind all others. */
export const byDate = (column: AnyColumn): SortKey => ({
  name: column.name,
  expression: sql`coalesce(${column}, 'infinity'::date)`,
  type: 'date',
});

/** In characters. What two texts have behind them does not decide which is first: where a page ends has to fit into an address. */
export const longestTextKey = 200;

/** Capitals do not count. */
export const byText = (column: AnyColumn): SortKey => ({
  name: column.name,
  expression: sql`left(lower(coalesce(${column}, '')), ${sql.raw(String(longestTextKey))})`,
  type: 'text',
});

export const byNumber = (column: AnyColumn): SortKey => ({
  name: column.name,
  expression: sql`coalesce(${column}, 'infinity'::float8)`,
  type: 'float8',
});
