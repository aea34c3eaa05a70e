import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { createPostgresDatabase, databasesUnderTest, type PostgresDatabase } from '../test/support/databases.ts';
import type { OpenDatabase } from './database.ts';
import { openPostgres } from './open-postgres.ts';

// Where no PostgreSQL is there, nothing of this can happen.
const hasPostgres = databasesUnderTest().some(({ name }) => name === 'PostgreSQL');

let created: PostgresDatabase | undefined;
let database: OpenDatabase | undefined;
beforeAll(async () => {
  if (!hasPostgres) return;
  created = await createPostgresDatabase();
  database = await openPostgres({ url: created.url, maxConnections: 2, onProblem: () => undefined });
});
afterAll(async () => {
  await database?.close();
  await created?.drop();
});

test('a connection that breaks in the middle of a transaction ends the transaction, not the process', async () => {
  const open = database;
  if (open === undefined) return;
  const broken = open.db.transaction(async (tx) => {
    await open.db.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and state = 'idle in transaction'`);
    // The end of the connection arrives before the next statement is sent.
    await open.ping();
    await tx.execute(sql`select 1`);
  });
  await expect(broken).rejects.toThrow();
  await open.ping();
});
