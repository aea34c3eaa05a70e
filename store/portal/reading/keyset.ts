import { type AnyColumn, asc, desc, type Placeholder, type SQL, sql } from 'drizzle-orm';
import { slot, type SlotValues } from '../../built-once.ts';

/** What rows are sorted by before their id. Never null, and indexed as it stands here where a table is long. */
export interface SortKey {
  /** Another one for each key that rows of one table are sorted by. */
  readonly name: string;
  readonly expression: SQL;
  readonly type: 'timestamptz' | 'date' | 'text' | 'float8';
}

/** The last row of a page: where the next one begins, whatever was changed meanwhile. */
export interface Keyset {
  /** As the database writes it. */
  readonly key: string;
  readonly id: number;
}

interface PageOrder {
  readonly sort: SortKey;
  readonly descending: boolean;
}

export interface PageWish extends PageOrder {
  readonly after: Keyset | null;
  readonly limit: number;
}

/** A wish in a statement that is built once: its first page, or any other. */
export interface AnyPage extends PageOrder {
  readonly after: Readonly<Record<keyof Keyset, Placeholder>> | null;
}

export const anyPage = ({ sort, descending, after }: PageWish): AnyPage => ({
  ...{ sort, descending },
  after: after === null ? null : { key: slot('afterKey'), id: slot('afterId') },
});

/** Tells pages apart for which other statements are built. */
export const pageKey = ({ sort, descending, after }: AnyPage): string =>
  `${sort.name} ${descending ? 'down' : 'up'} ${after === null ? 'first' : 'next'}`;

/** One row more than the page takes: it tells whether there is another page. */
export const rowsAtMost = slot('rowsAtMost');

/** What a statement for any page of this order is given. */
export const pageValues = ({ after, limit }: PageWish): SlotValues => ({
  ...{ rowsAtMost: limit + 1 },
  ...(after !== null && { afterKey: after.key, afterId: after.id }),
});

export interface RowPage<Row> {
  readonly rows: readonly Row[];
  /** Null: this was the last page. */
  readonly next: Keyset | null;
}

/** The condition that rows are behind the last page. */
export function behind({ sort, descending, after }: AnyPage, id: AnyColumn): SQL | undefined {
  if (after === null) return undefined;
  const last = sql`(${after.key}::${sql.raw(sort.type)}, ${after.id}::bigint)`;
  return descending ? sql`(${sort.expression}, ${id}) < ${last}` : sql`(${sort.expression}, ${id}) > ${last}`;
}

export const orderOf = ({ sort, descending }: PageOrder, id: AnyColumn): SQL[] =>
  descending ? [desc(sort.expression), desc(id)] : [asc(sort.expression), asc(id)];

/** To be selected as `sortKey`. */
export const keyOf = ({ sort }: PageOrder): SQL<string> => sql<string>`(${sort.expression})::text`;

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
