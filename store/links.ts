import { and, eq, inArray, isNotNull, ne } from 'drizzle-orm';
import type { Side } from '../engine/values.ts';
import type { Database } from './database.ts';
import { links } from './schema.ts';

/** What a pass has to know about other records' links. */
export class LinkStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Those of the given ids that have a partner already, in another link than `exceptLinkId`. */
  async taken(pair: string, side: Side, ids: readonly string[], exceptLinkId: number): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const [column, partner] = side === 'master' ? [links.masterId, links.replicaId] : [links.replicaId, links.masterId];
    const rows = await this.#db
      .select({ id: column })
      .from(links)
      .where(and(eq(links.pair, pair), inArray(column, [...ids]), isNotNull(partner), ne(links.id, exceptLinkId)));
    return new Set(rows.flatMap(({ id }) => (id === null ? [] : [id])));
  }
}
