import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/**
 * As `inArray`, for many values: by one parameter. A parameter for each value costs ten times as much to build and send, and
 * there can't be more than 65,535. An index on the column is used whatever the database knows of its statistics.
 */
export function isAnyOf(column: PgColumn, values: readonly string[] | readonly number[]): SQL {
  if (values.length === 0) return sql`false`;
  const type = sql.raw(typeof values[0] === 'number' ? 'bigint' : 'text');
  const given = sql`select value::${type} from jsonb_array_elements_text(${JSON.stringify(values)}::jsonb)`;
  return sql`${column} = any(array(${given}))`;
}
