import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { Side } from '../engine/values.ts';
import type { Database } from './database.ts';
import { sightings } from './population-tables.ts';
import { links } from './schema.ts';

/** How well a side's linked records are known. */
export interface VisitSummary {
  readonly linked: number;
  /** Of them, never seen so far. */
  readonly neverSeen: number;
  /** When the one was seen, or linked, that nobody has looked at for the longest; null: there is none. */
  readonly oldestAt: Date | null;
}

/** What is told of the visits to records that nobody lists. */
export class VisitStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async summary(pair: string, side: Side): Promise<VisitSummary> {
    const ownId = side === 'master' ? links.masterId : links.replicaId;
    const isSeen = and(eq(sightings.pair, pair), eq(sightings.side, side), eq(sightings.recordId, ownId));
    const [row] = await this.#db
      .select({
        linked: sql<number>`count(*)`.mapWith(Number),
        neverSeen: sql<number>`count(*) filter (where ${sightings.seenAt} is null)`.mapWith(Number),
        oldestAt: sql`min(coalesce(${sightings.seenAt}, ${links.createdAt}))`.mapWith(sightings.seenAt),
      })
      .from(links)
      .leftJoin(sightings, isSeen)
      .where(and(eq(links.pair, pair), eq(links.state, 'linked'), isNotNull(ownId)));
    return { linked: row?.linked ?? 0, neverSeen: row?.neverSeen ?? 0, oldestAt: row?.oldestAt ?? null };
  }
}
