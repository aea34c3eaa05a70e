import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';

/**
 * `insert into … select …` of any number of rows by one parameter. A parameter for each value costs ten times as much to
 * build and send, and there can't be more than 65,535. Columns that no row names get their default, a value that is missing
 * in one row only is null. What can't be inserted because it is there already is left out.
 * @param rows by the table's own names for its columns; there is at least one
 */
export function insertMany(table: PgTable, rows: readonly Readonly<Record<string, unknown>>[]): SQL {
  const named = new Set(rows.flatMap((row) => Object.keys(row)));
  const columns = Object.entries(getTableColumns(table)).filter(([key]) => named.has(key));
  const names = sql.join(
    columns.map(([, { name }]) => sql.identifier(name)),
    sql`, `,
  );
  const given = rows.map((row) => Object.fromEntries(columns.map(([key, { name }]) => [name, row[key] ?? null])));
  return sql`
    insert into ${table} (${names})
    select ${names} from jsonb_populate_recordset(null::${table}, ${JSON.stringify(given)}::jsonb)
    on conflict do nothing`;
}
