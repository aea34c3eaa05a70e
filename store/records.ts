import { and, asc, desc, eq, gt, isNotNull, or, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { hints, ledger, type LinkState, links, pairs } from './schema.ts';
import type { LedgerRow, Link } from './passes.ts';

export interface PairCounts {
  readonly new: number;
  readonly linked: number;
  readonly deleted: number;
  readonly parked: number;
  /** Of all of them, those that are tried again by themselves. */
  readonly waiting: number;
}

export interface PairStop {
  readonly since: Date;
  readonly reason: string;
}

/** What people ask about records. */
export class RecordStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** By the master's id, or by `replica:<id>`. */
  async find(pair: string, id: string): Promise<Link | undefined> {
    const replicaId = id.startsWith('replica:') ? id.slice('replica:'.length) : null;
    const named = replicaId === null ? eq(links.masterId, id) : eq(links.replicaId, replicaId);
    const [link] = await this.#db
      .select()
      .from(links)
      .where(and(eq(links.pair, pair), named));
    return link;
  }

  /** In the order of their creation, after the given link. */
  async list(
    pair: string,
    options: { state: LinkState | null; limit: number; after: number },
  ): Promise<readonly Link[]> {
    const ofState = options.state === null ? undefined : eq(links.state, options.state);
    return this.#db
      .select()
      .from(links)
      .where(and(eq(links.pair, pair), ofState, gt(links.id, options.after)))
      .orderBy(asc(links.id))
      .limit(options.limit);
  }

  /** Parked and waiting records, the latest failure first. */
  async troubled(pair: string, limit: number): Promise<readonly Link[]> {
    return this.#db
      .select()
      .from(links)
      .where(
        and(
          eq(links.pair, pair),
          isNotNull(links.failure),
          or(eq(links.state, 'parked'), isNotNull(links.nextAttemptAt)),
        ),
      )
      .orderBy(desc(links.updatedAt))
      .limit(limit);
  }

  async counts(pair: string): Promise<PairCounts> {
    const rows = await this.#db
      .select({
        state: links.state,
        records: sql<number>`count(*)`.mapWith(Number),
        waiting: sql<number>`count(${links.nextAttemptAt})`.mapWith(Number),
      })
      .from(links)
      .where(eq(links.pair, pair))
      .groupBy(links.state);
    const counts = { new: 0, linked: 0, deleted: 0, parked: 0, waiting: 0 };
    for (const { state, records, waiting } of rows) {
      counts[state] = records;
      counts.waiting += waiting;
    }
    return counts;
  }

  /** What was written and why, the latest first. */
  async history(linkId: number, options: { field: string | null; limit: number }): Promise<readonly LedgerRow[]> {
    const ofField = options.field === null ? undefined : eq(ledger.field, options.field);
    return this.#db
      .select()
      .from(ledger)
      .where(and(eq(ledger.linkId, linkId), ofField))
      .orderBy(desc(ledger.id))
      .limit(options.limit);
  }
}

/** Stopping a pair and letting it go on. */
export class PairStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async stop(pair: string): Promise<PairStop | null> {
    const [row] = await this.#db.select().from(pairs).where(eq(pairs.name, pair));
    return row === undefined || row.pausedAt === null ? null : { since: row.pausedAt, reason: row.pausedReason ?? '' };
  }

  /** Hints go on being stored; nothing is written to either system. */
  async pause(pair: string, reason: string, now: Date): Promise<void> {
    const stop = { pausedAt: now, pausedReason: reason };
    await this.#db
      .insert(pairs)
      .values({ name: pair, ...stop })
      .onConflictDoUpdate({ target: pairs.name, set: stop });
  }

  /** Everything that was hinted meanwhile is rung by the next sweep. */
  async resume(pair: string): Promise<void> {
    await this.#db.transaction(async (tx) => {
      await tx.update(pairs).set({ pausedAt: null, pausedReason: null }).where(eq(pairs.name, pair));
      await tx.update(hints).set({ rungAt: null }).where(eq(hints.pair, pair));
    });
  }
}
