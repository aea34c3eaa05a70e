import type { CallContext } from '../connector.ts';
import type { ProductiveClient, Query } from './client.ts';
import { instant, type ResourceObject } from './document.ts';

export interface NewestQuery {
  readonly path: string;
  readonly query: Query;
  /** The time by which rows count as new. */
  readonly time: string;
  /** What gives the same order: the time, or an id that grows with it. */
  readonly sort: string;
  /** ISO 8601 UTC; null: everything. */
  readonly since: string | null;
}

/** A walk that was stopped by an error, to be gone on with. */
interface Begun {
  readonly key: string;
  readonly atMs: number;
  readonly rows: Map<string, ResourceObject>;
  page: number;
  total: number;
}

const firstPageSize = 20;
const pageSize = 200;
/** What was begun so long ago is begun anew. */
const resumableMs = 600_000;

/**
 * Everything from a time on, read from the newest backwards: what is certain about Productive's lists is that they can be
 * sorted, not that they can be cut at a time (the guide has operators that the specification lacks, and times are cut to
 * days). Rows that are changed meanwhile come to the front and push others on to later pages: they may come twice, none is
 * missed. Only deletions pull rows forward, which the count shows.
 */
export class NewestFirst {
  readonly #client: ProductiveClient;
  readonly #begun = new Map<string, Begun>();

  constructor(client: ProductiveClient) {
    this.#client = client;
  }

  /** One call where little has changed. @returns by time, the oldest first, then by id */
  async since(asked: NewestQuery, context: CallContext): Promise<readonly ResourceObject[]> {
    const walk = this.#beginOrResume(asked);
    if (walk.page === 1) {
      const { data } = await this.#read(asked, 1, firstPageSize, context);
      if (data.length < firstPageSize || data.some((row) => isOlder(row, asked))) return inOrder(data, asked);
    }
    this.#begun.set(asked.path, walk);
    while (await this.#goOn(asked, walk, context));
    this.#begun.delete(asked.path);
    return inOrder([...walk.rows.values()], asked);
  }

  #beginOrResume({ path, query, time, since }: NewestQuery): Begun {
    const key = JSON.stringify([query, time, since]);
    const begun = this.#begun.get(path);
    const nowMs = this.#client.now();
    if (begun?.key === key && nowMs - begun.atMs < resumableMs) return begun;
    return { key, atMs: nowMs, rows: new Map(), page: 1, total: 0 };
  }

  /** @returns whether there may be more */
  async #goOn(asked: NewestQuery, walk: Begun, context: CallContext): Promise<boolean> {
    const { data, meta } = await this.#read(asked, walk.page, pageSize, context);
    const total = meta?.total_count ?? 0;
    const hasShrunk = walk.page > 1 && total < walk.total;
    // The newer state of a row is the one that was read first, unless it came to be read again later.
    for (const row of data) walk.rows.set(row.id, newerOf(walk.rows.get(row.id), row, asked));
    walk.total = total;
    if (hasShrunk) {
      walk.page -= 1;
      return true;
    }
    walk.page += 1;
    return data.length === pageSize && !data.some((row) => isOlder(row, asked));
  }

  async #read({ path, query, sort }: NewestQuery, page: number, size: number, context: CallContext) {
    const asked = { ...query, sort: `-${sort}`, 'page[number]': String(page), 'page[size]': String(size) };
    return this.#client.list(path, asked, context);
  }
}

const timeOf = ({ attributes }: ResourceObject, { time }: NewestQuery): string => instant(attributes[time]) ?? '';

const isOlder = (row: ResourceObject, asked: NewestQuery): boolean =>
  asked.since !== null && timeOf(row, asked) < new Date(asked.since).toISOString();

const newerOf = (known: ResourceObject | undefined, row: ResourceObject, asked: NewestQuery): ResourceObject =>
  known !== undefined && timeOf(known, asked) > timeOf(row, asked) ? known : row;

function inOrder(rows: readonly ResourceObject[], asked: NewestQuery): readonly ResourceObject[] {
  const recent = rows.filter((row) => !isOlder(row, asked));
  return recent.toSorted((left, right) => {
    const [one, other] = [timeOf(left, asked), timeOf(right, asked)];
    return one === other ? compareIds(left.id, right.id) : one < other ? -1 : 1;
  });
}

/** Ids are numbers in decimal, of any length. */
export function compareIds(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length;
  return left === right ? 0 : left < right ? -1 : 1;
}
