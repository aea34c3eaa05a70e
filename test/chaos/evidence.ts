import { drizzle } from 'drizzle-orm/node-postgres';
import { isNotNull, sql } from 'drizzle-orm';
import pg from 'pg';
import type { LedgerRow } from '../../store/ledger-rows.ts';
import type { Link } from '../../store/link-rows.ts';
import { hints, ledger, links, pairs, schema } from '../../store/schema.ts';

/** What Tandem has stored about a couple. */
export type StoredLink = Pick<
  Link,
  'id' | 'pair' | 'masterId' | 'replicaId' | 'state' | 'failure' | 'fieldNotes' | 'nextAttemptAt' | 'leaseUntil'
>;
export type StoredWrite = Pick<
  LedgerRow,
  'linkId' | 'pair' | 'action' | 'side' | 'field' | 'newValue' | 'losingValue' | 'rule' | 'state'
>;
export interface StoredHint {
  readonly pair: string;
  readonly side: string;
  readonly recordId: string;
  readonly trigger: string;
  readonly dueAt: Date;
  /** When its workflow was last told; null: it was not. */
  readonly rungAt: Date | null;
}

/** Everything that it knew at a time, of all pairs. */
export interface StoredState {
  readonly links: readonly StoredLink[];
  readonly writes: readonly StoredWrite[];
  readonly hints: readonly StoredHint[];
  readonly nowMs: number;
}

/** What it knew about one pair. */
export const ofPair = (pair: string, { links, writes, hints, nowMs }: StoredState): StoredState => ({
  links: links.filter((link) => link.pair === pair),
  writes: writes.filter((write) => write.pair === pair),
  hints: hints.filter((hint) => hint.pair === pair),
  nowMs,
});

/** The product's database, read past every link and past the product. */
export interface StoreReader {
  links(): Promise<readonly StoredLink[]>;
  writes(): Promise<readonly StoredWrite[]>;
  hints(): Promise<readonly StoredHint[]>;
  /** Why each pair that was stopped is stopped. */
  stops(): Promise<readonly string[]>;
  state(): Promise<StoredState>;
  close(): Promise<void>;
}

export function readStore(url: string): StoreReader {
  const pool = new pg.Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 5_000 });
  // The server is killed now and then.
  pool.on('error', () => undefined);
  const db = drizzle(pool, { schema });
  const reader = {
    links: () => db.select().from(links).orderBy(links.id),
    writes: () => db.select().from(ledger).orderBy(ledger.id),
    hints: () => db.select().from(hints),
  };
  return {
    ...reader,
    state: async () => ({
      links: await reader.links(),
      writes: await reader.writes(),
      hints: await reader.hints(),
      nowMs: Date.now(),
    }),
    stops: async () => {
      const stopped = await db
        .select({ why: sql<string>`${pairs.name} || ': ' || coalesce(${pairs.pausedReason}, '')` })
        .from(pairs)
        .where(isNotNull(pairs.pausedAt));
      return stopped.map(({ why }) => why);
    },
    close: () => pool.end(),
  };
}
