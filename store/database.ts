import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { schema } from './schema.ts';

/** Either of the two databases, or a transaction on it. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

export interface OpenDatabase {
  readonly db: Database;
  readonly kind: 'PGlite' | 'PostgreSQL';
  /** One cheap round trip. @throws when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Relative to this folder; the same files for both databases. */
export const migrationsFolder = new URL('./migrations', import.meta.url).pathname;
