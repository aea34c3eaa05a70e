import type { CallContext } from '../connector.ts';
import { Misconfigured } from '../errors.ts';
import type { ProductiveClient, Query } from './client.ts';
import type { ListDocument, ResourceObject } from './document.ts';

/**
 * Where a walk over all records goes on. By Productive's own cursor where it gives one, which no record that moves can
 * upset; else by page number, with the count then, because each deletion before that place moves the rest up by one.
 */
type Place =
  | { readonly by: 'start' }
  | { readonly by: 'cursor'; readonly manner: CursorManner; readonly after: string }
  | { readonly by: 'number'; readonly page: number; readonly total: number };

export interface BaselinePage {
  readonly rows: readonly ResourceObject[];
  /** Null: this was the last. */
  readonly continueAfter: string | null;
}

export interface BaselineQuery {
  readonly path: string;
  readonly query: Query;
  /** An order that nothing upsets; null: Productive's own. */
  readonly fixedSort: string | null;
  /** What an earlier page has said; anything else begins anew. */
  readonly afterId: string | null;
  readonly limit: number;
}

/** A cursor belongs to the order that it was made in: a walk goes on in that, also in a process that has asked for none. */
type CursorManner = 'sorted cursor' | 'cursor';

/** How lists can be walked: whether a cursor takes the sort, or there is one at all. Asked once for each list. */
type Manner = CursorManner | 'number';

export class Baseline {
  readonly #client: ProductiveClient;
  readonly #manners = new Map<string, Manner>();

  constructor(client: ProductiveClient) {
    this.#client = client;
  }

  /** One call; at the first page of a list up to two more. */
  async page(asked: BaselineQuery, context: CallContext): Promise<BaselinePage> {
    const place = placeOf(asked.afterId);
    return place.by === 'number' ? this.#numbered(asked, place, context) : this.#byCursor(asked, place, context);
  }

  async #byCursor(asked: BaselineQuery, place: Exclude<Place, { by: 'number' }>, context: CallContext) {
    const manner = place.by === 'cursor' ? place.manner : this.#mannerOf(asked);
    if (manner === 'number') return this.#numbered(asked, { by: 'number', page: 1, total: 0 }, context);
    const sort = manner === 'sorted cursor' && asked.fixedSort !== null ? { sort: asked.fixedSort } : {};
    const after = place.by === 'cursor' ? place.after : '';
    const query = { ...asked.query, ...sort, 'page[after]': after, 'page[size]': String(asked.limit) };
    try {
      const { data, links } = await this.#client.list(asked.path, query, context);
      const next = cursorIn(links?.next ?? null);
      return { rows: data, continueAfter: next === null ? null : `${manner}:${next}` };
    } catch (error) {
      if (!(error instanceof Misconfigured)) throw error;
      return this.#afterRefusal(asked, place, context, error);
    }
  }

  /** A cursor of another time or version is given up for the beginning; a manner for the next simpler one. */
  async #afterRefusal(asked: BaselineQuery, place: Place, context: CallContext, error: Error): Promise<BaselinePage> {
    if (place.by === 'cursor') return this.page({ ...asked, afterId: null }, context);
    const manner = this.#mannerOf(asked);
    if (manner === 'number') throw error;
    this.#manners.set(asked.path, manner === 'sorted cursor' ? 'cursor' : 'number');
    return this.page({ ...asked, afterId: null }, context);
  }

  async #numbered(
    asked: BaselineQuery,
    { page, total }: Extract<Place, { by: 'number' }>,
    context: CallContext,
  ): Promise<BaselinePage> {
    const sort = asked.fixedSort === null ? {} : { sort: asked.fixedSort };
    const query = { ...asked.query, ...sort, 'page[number]': String(page), 'page[size]': String(asked.limit) };
    const { data, meta } = await this.#client.list(asked.path, query, context);
    const count = meta?.total_count ?? 0;
    // What was deleted meanwhile has pulled rows onto the page before.
    const hasShrunk = page > 1 && count < total;
    const next = hasShrunk ? page - 1 : page + 1;
    const isLast = !hasShrunk && (data.length < asked.limit || isLastByCount(page, asked.limit, { data, meta }));
    return { rows: data, continueAfter: isLast ? null : `number:${next}:${count}` };
  }

  #mannerOf({ path, fixedSort }: BaselineQuery): Manner {
    return this.#manners.get(path) ?? (fixedSort === null ? 'cursor' : 'sorted cursor');
  }
}

function placeOf(text: string | null): Place {
  const [, manner, after = ''] = /^(sorted cursor|cursor):(.+)$/.exec(text ?? '') ?? [];
  if (manner === 'sorted cursor' || manner === 'cursor') return { by: 'cursor', manner, after };
  const numbers = /^number:([1-9]\d{0,8}):(\d{1,12})$/.exec(text ?? '');
  if (numbers === null) return { by: 'start' };
  return { by: 'number', page: Number(numbers[1]), total: Number(numbers[2]) };
}

/** The cursor is opaque (documented): it is taken out of the address of the next page as it stands there. */
function cursorIn(next: string | null): string | null {
  if (next === null || !URL.canParse(next, 'https://api.productive.io')) return null;
  return new URL(next, 'https://api.productive.io').searchParams.get('page[after]');
}

const isLastByCount = (page: number, limit: number, { meta }: Pick<ListDocument, 'data' | 'meta'>): boolean =>
  meta?.total_count != null && page * limit >= meta.total_count;
