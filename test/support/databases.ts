import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

export interface PostgresDatabase {
  readonly url: string;
  /** Ends every connection to the database and removes it. */
  drop(): Promise<void>;
}

export interface EmbeddedDatabase {
  /** An empty data directory for PGlite. */
  readonly directory: string;
  drop(): Promise<void>;
}

/** A kind of database on which the same tests must pass. `create` gives a fresh, empty one. */
export type DatabaseUnderTest =
  | { readonly name: 'PGlite'; create(): Promise<EmbeddedDatabase> }
  | { readonly name: 'PostgreSQL'; create(): Promise<PostgresDatabase> };

/** PGlite, and PostgreSQL where the run has one (`TEST_DATABASE_URL`); for `describe.each`. */
export function databasesUnderTest(): DatabaseUnderTest[] {
  const embedded: DatabaseUnderTest = { name: 'PGlite', create: createEmbeddedDatabase };
  if (process.env['TEST_DATABASE_URL'] === undefined) return [embedded];
  return [embedded, { name: 'PostgreSQL', create: createPostgresDatabase }];
}

/** Makes a fresh database in the cluster that `TEST_DATABASE_URL` names. */
export async function createPostgresDatabase(): Promise<PostgresDatabase> {
  const cluster = process.env['TEST_DATABASE_URL'];
  if (cluster === undefined) throw new TypeError('TEST_DATABASE_URL is missing: is this an *.postgres.test.ts?');
  const name = `tandem_${randomUUID().replaceAll('-', '')}`;
  await executeSql(cluster, `create database ${name}`);
  const url = new URL(cluster);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => executeSql(cluster, `drop database ${name} with (force)`) };
}

async function createEmbeddedDatabase(): Promise<EmbeddedDatabase> {
  const directory = await mkdtemp(join(tmpdir(), 'tandem-pglite-'));
  return { directory, drop: () => rm(directory, { recursive: true, force: true }) };
}

async function executeSql(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
