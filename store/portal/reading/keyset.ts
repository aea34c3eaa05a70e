import { type AnyColumn, asc, desc, type SQL, sql } from 'drizzle-orm';

/** What rows are sorted by before their id. Never null, and indexed as it stands here where a table is long. */
export interface SortKey {
  readonly expression: SQL;
  readonly type: 'timestamptz' | 'date' | 'text' | 'float8';
}

/** The last row of a page: where the next one begins, whatever was changed meanwhile. */
export interface Keyset {
  /** As the database writes it. */
  readonly key: string;
  readonly id: number;
}

export interface PageWish {
  readonly sort: SortKey;
  readonly descending: boolean;
  readonly after: Keyset | null;
  readonly limit: number;
}

export interface RowPage<Row> {
  readonly rows: readonly Row[];
  /** Null: this was the last page. */
  readonly next: Keyset | null;
}

/** The condition that rows are behind the last page. */
export function behind({ sort, descending, after }: PageWish, id: AnyColumn): SQL | undefined {
  if (after === null) return undefined;
  const last = sql`(${after.key}::${sql.raw(sort.type)}, ${after.id}::bigint)`;
  return descending ? sql`(${sort.expression}, ${id}) < ${last}` : sql`(${sort.expression}, ${id}) > ${last}`;
}

export const orderOf = ({ sort, descending }: PageWish, id: AnyColumn): SQL[] =>
  descending ? [desc(sort.expression), desc(id)] : [asc(sort.expression), asc(id)];

/** To be selected as `sortKey`. */
export const keyOf = ({ sort }: PageWish): SQL<string> => sql<string>`(${sort.expression})::text`;

/** @param rows one more than the page takes, if there is one */
export function pageFrom<Row extends { readonly id: number; readonly sortKey: string }>(
  rows: readonly Row[],
  { limit }: PageWish,
): RowPage<Row> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next = rows.length > limit && last !== undefined ? { key: last.sortKey, id: last.id } : null;
  return { rows: page, next };
}
