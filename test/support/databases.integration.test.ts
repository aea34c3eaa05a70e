import { expect, test } from '@jest/globals';
import { Connection } from '@temporalio/client';
import pg from 'pg';
import { createPostgresDatabase, databasesUnderTest } from './databases.ts';
import { testTemporalAddress } from './temporal.ts';

test('the databases under test are the embedded one and, where it is installed, PostgreSQL', () => {
  const names = databasesUnderTest().map(({ name }) => name);
  expect(names).toEqual(process.env['TEST_DATABASE_URL'] === undefined ? ['PGlite'] : ['PGlite', 'PostgreSQL']);
});

test('every kind of database gives fresh ones that do not know each other', async () => {
  for (const database of databasesUnderTest()) {
    const [first, second] = await Promise.all([database.create(), database.create()]);
    expect(first).not.toMatchObject('url' in second ? { url: second.url } : { directory: second.directory });
    await Promise.all([first.drop(), second.drop()]);
  }
});

test('a fresh PostgreSQL database is empty, takes a table, and is gone after it was dropped', async () => {
  if (process.env['TEST_DATABASE_URL'] === undefined) {
    await expect(createPostgresDatabase()).rejects.toThrow('TEST_DATABASE_URL');
    return;
  }
  const database = await createPostgresDatabase();
  const { url } = database;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const tables = await client.query("select 1 from information_schema.tables where table_schema = 'public'");
  expect(tables.rowCount).toBe(0);
  await client.query('create table records (id text primary key)');
  await client.end();
  await database.drop();
  await expect(new pg.Client({ connectionString: url }).connect()).rejects.toThrow('does not exist');
});

test("the run's Temporal server answers", async () => {
  const connection = await Connection.connect({ address: testTemporalAddress() });
  const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace: 'default' });
  expect(namespaceInfo?.name).toBe('default');
  await connection.close();
});
