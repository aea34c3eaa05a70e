import { z } from 'zod';
import type { Keyset, PageWish, SortKey } from '../../../store/portal/reading/keyset.ts';
import { longestTextKey } from '../../../store/portal/reading/sort-keys.ts';
import { ApiError } from '../../api-error.ts';

const mostRows = 200;
const usualRows = 50;
/** As JavaScript counts: a character may be two of its units. */
const longestKey = 2 * longestTextKey;
/** In a key each character takes six bytes at most, as JSON writes it; base64 makes four of three. */
const longestCursor = 2_000;

/** How a list may be asked for. The first sort key is what it is sorted by if nobody says; a minus in front: descending. */
export function pageQueryOf<Name extends string>(sorts: Readonly<Record<Name, SortKey>>, usual: Name | `-${Name}`) {
  const names = Object.keys(sorts);
  const words = names.flatMap((name) => [name, `-${name}`]);
  return {
    sort: z.enum(words).default(usual).describe('A minus in front: descending'),
    limit: z.coerce.number().int().min(1).max(mostRows).default(usualRows),
    after: z.string().max(longestCursor).optional().describe('The `next` of the page before'),
  };
}

export interface PageQuery {
  readonly sort: string;
  readonly limit: number;
  readonly after?: string | undefined;
}

/** @throws ApiError 400 for a `next` of another order, or one that was made up */
export function wishFrom(sorts: Readonly<Record<string, SortKey>>, { sort, limit, after }: PageQuery): PageWish {
  const descending = sort.startsWith('-');
  const key = sorts[descending ? sort.slice(1) : sort];
  if (key === undefined) throw new ApiError(400, 'bad_request', `Nothing is sorted by ${sort}`);
  return { sort: key, descending, limit, after: after === undefined ? null : keysetFrom(after, sort, key) };
}

/** Where the next page begins, in a form that nobody should take apart. */
export const nextFrom = (next: Keyset | null, { sort }: Pick<PageQuery, 'sort'>): string | null =>
  next === null ? null : Buffer.from(JSON.stringify([sort, next.key, next.id])).toString('base64url');

const cursor = z.tuple([z.string(), z.string().max(longestKey), z.int().min(1)]);

const keyShapes: Readonly<Record<SortKey['type'], RegExp>> = {
  timestamptz: /^(-?infinity|[-+:. 0-9BC]{1,40})$/,
  date: /^(-?infinity|[-0-9]{1,16})$/,
  float8: /^(-?Infinity|[-+.0-9e]{1,30})$/,
  text: /^[^\0]*$/s,
};

function keysetFrom(after: string, sort: string, { type }: SortKey): Keyset {
  const parsed = cursor.safeParse(jsonIn(Buffer.from(after, 'base64url').toString()));
  if (parsed.success) {
    const [sortedBy, key, id] = parsed.data;
    if (sortedBy === sort && keyShapes[type].test(key)) return { key, id };
  }
  throw new ApiError(400, 'bad_request', '`after` is not the `next` of a page of this list in this order');
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
