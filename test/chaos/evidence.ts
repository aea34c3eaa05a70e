import { drizzle } from 'drizzle-orm/node-postgres';
import { isNotNull, sql } from 'drizzle-orm';
import pg from 'pg';
import type { LedgerRow } from '../../store/ledger-rows.ts';
import type { Link } from '../../store/link-rows.ts';
import { hints, ledger, links, pairs, schema } from '../../store/schema.ts';

/** What Tandem has stored about a couple. */
export type StoredLink = Pick<
  Link,
  'id' | 'masterId' | 'replicaId' | 'state' | 'failure' | 'fieldNotes' | 'nextAttemptAt' | 'leaseUntil'
>;
export type StoredWrite = Pick<
  LedgerRow,
  'linkId' | 'action' | 'side' | 'field' | 'newValue' | 'losingValue' | 'rule' | 'state'
>;
export interface StoredHint {
  readonly side: string;
  readonly recordId: string;
  readonly trigger: string;
  readonly dueAt: Date;
  /** When its workflow was last told; null: it was not. */
  readonly rungAt: Date | null;
}

/** The product's database, read past every link and past the product. */
export interface StoreReader {
  links(): Promise<readonly StoredLink[]>;
  writes(): Promise<readonly StoredWrite[]>;
  hints(): Promise<readonly StoredHint[]>;
  /** Why each pair that was stopped is stopped. */
  stops(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export function readStore(url: string): StoreReader {
  const pool = new pg.Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 5_000 });
  // The server is killed now and then.
  pool.on('error', () => undefined);
  const db = drizzle(pool, { schema });
  return {
    links: () => db.select().from(links).orderBy(links.id),
    writes: () => db.select().from(ledger).orderBy(ledger.id),
    hints: () => db.select().from(hints),
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
