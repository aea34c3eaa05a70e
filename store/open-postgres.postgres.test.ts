import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq, sql, type SQL } from 'drizzle-orm';
import { createPostgresDatabase, type PostgresDatabase } from '../test/support/databases.ts';
import { slot, unnamed } from './built-once.ts';
import type { Database, OpenDatabase } from './database.ts';
import { openPostgres } from './open-postgres.ts';
import { type PlainRow, rowsIn } from './rows-in.ts';
import { hints } from './schema.ts';

let created: PostgresDatabase;
beforeAll(async () => {
  created = await createPostgresDatabase();
});
afterAll(() => created.drop());

async function withConnections(maxConnections: number, use: (database: OpenDatabase) => Promise<void>): Promise<void> {
  const database = await openPostgres({ url: created.url, maxConnections, onProblem: () => undefined });
  await use(database).finally(() => database.close());
}

const answerOf = async (db: Pick<Database, 'execute'>, statement: SQL): Promise<readonly PlainRow[]> =>
  rowsIn(await db.execute(statement));

test('a connection that breaks in the middle of a transaction ends the transaction, not the process', () =>
  withConnections(2, async (database) => {
    const { db } = database;
    const broken = db.transaction(async (tx) => {
      await db.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and state = 'idle in transaction'`);
      // The end of the connection arrives before the next statement is sent.
      await database.ping();
      await tx.execute(sql`select 1`);
    });
    await expect(broken).rejects.toThrow();
    await database.ping();
  }));

test('a process that was halted in a transaction keeps nobody waiting for long, whichever of its connections it is', () =>
  withConnections(2, async ({ db }) => {
    const limit = sql`select current_setting('idle_in_transaction_session_timeout') as limit`;
    const both = await db.transaction(async (tx) => [await answerOf(tx, limit), await answerOf(db, limit)]);
    expect(both).toEqual([[{ limit: '15s' }], [{ limit: '15s' }]]);
  }));

describe('statements that are used often', () => {
  const prepared = (db: Database) =>
    answerOf(db, sql`select statement, (generic_plans + custom_plans)::int as uses from pg_prepared_statements`);

  test('have a name from the fifth time on, also within a transaction, and answer the same', () =>
    withConnections(1, async ({ db }) => {
      const sums: unknown[] = [];
      const add = async (on: Pick<Database, 'execute'>, n: number) =>
        sums.push(...(await answerOf(on, sql`select ${n}::int + 1 as sum`)));
      for (let n = 0; n < 4; n += 1) await add(db, n);
      expect(await prepared(db)).toEqual([]);
      await db.transaction(async (tx) => {
        for (let n = 4; n < 7; n += 1) await add(tx, n);
      });
      expect(sums).toEqual([1, 2, 3, 4, 5, 6, 7].map((sum) => ({ sum })));
      expect(await prepared(db)).toEqual([{ statement: 'select $1::int + 1 as sum', uses: 3 }]);
    }));

  test('have a name too if they were built once', () =>
    withConnections(1, async ({ db }) => {
      const statement = db
        .select({ id: hints.recordId })
        .from(hints)
        .where(eq(hints.pair, slot('pair')))
        .prepare(unnamed);
      for (let n = 0; n < 5; n += 1) expect(await statement.execute({ pair: `p${n}` })).toEqual([]);
      expect(await prepared(db)).toEqual([{ statement: expect.stringMatching(/"record_id" from "hints"/), uses: 1 }]);
    }));

  test('find the rows of a table that has got another column since', () =>
    withConnections(1, async ({ db }) => {
      await db.execute(sql`create table grown (id int, name text)`);
      await db.execute(sql`insert into grown values (1, 'one')`);
      const read = () => answerOf(db, sql`select id, name from grown where id = ${1}`);
      for (let n = 0; n < 6; n += 1) expect(await read()).toEqual([{ id: 1, name: 'one' }]);
      await db.execute(sql`alter table grown add column age int`);
      await db.execute(sql`create index on grown (id)`);
      expect(await read()).toEqual([{ id: 1, name: 'one' }]);
    }));

  test('are not lost with a transaction that fails', () =>
    withConnections(1, async ({ db }) => {
      const divide = (on: Pick<Database, 'execute'>, by: number) => answerOf(on, sql`select 6 / ${by}::int as q`);
      for (let n = 1; n < 5; n += 1) await divide(db, n);
      await expect(db.transaction((tx) => divide(tx, 0))).rejects.toThrow();
      expect(await divide(db, 3)).toEqual([{ q: 2 }]);
    }));
});
