import { type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/**
 * As `inArray`, for many values: by one parameter. A parameter for each value costs ten times as much to build and send, and
 * there can't be more than 65,535. An index on the column is used whatever the database knows of its statistics.
 */
export function isAnyOf(column: PgColumn, values: readonly string[] | readonly number[]): SQL {
  if (values.length === 0) return sql`false`;
  return isIn(column, JSON.stringify(values), typeof values[0] === 'number' ? 'bigint' : 'text');
}

/** The same in a statement that is built once. */
export const isAnyOfIds = (column: PgColumn, ids: Placeholder): SQL => isIn(column, ids, 'bigint');

/** As `isAnyOfIds` takes them. */
export const givenIds = (ids: readonly number[]): string => JSON.stringify(ids);

function isIn(column: PgColumn, values: string | Placeholder, type: 'bigint' | 'text'): SQL {
  const given = sql`select value::${sql.raw(type)} from jsonb_array_elements_text(${values}::jsonb)`;
  return sql`${column} = any(array(${given}))`;
}
