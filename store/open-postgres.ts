import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { migrationsFolder, type OpenDatabase } from './database.ts';
import { schema } from './schema.ts';
import { StatementNames } from './statement-names.ts';

/** Any number; it only has to be the same in every process that may migrate. */
const migrationLock = 7_262_366;

export interface PostgresOptions {
  readonly url: string;
  readonly maxConnections: number;
  readonly onProblem: (error: Error) => void;
}

/** Opens PostgreSQL and brings its schema up to date. Several processes may start at once: one migrates, the others wait. */
export async function openPostgres({ url, maxConnections, onProblem }: PostgresOptions): Promise<OpenDatabase> {
  const pool = new pg.Pool({ connectionString: url, max: maxConnections, connectionTimeoutMillis: 5_000 });
  // An idle connection that the server closes must not end the process; the next query opens a new one.
  pool.on('error', onProblem);
  const names = new StatementNames();
  pool.on('connect', (client) => {
    // Nor must one that breaks between two statements of a transaction, of which the pool does not hear (pg 8.23.1).
    client.on('error', () => undefined);
    names.nameOn(client);
  });
  try {
    await migrateOnce(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const db = drizzle(pool, { schema });
  return {
    db,
    kind: 'PostgreSQL',
    ping: async () => {
      await db.execute(sql`select 1`);
    },
    close: () => pool.end(),
  };
}

async function migrateOnce(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await migrate(drizzle(client, { schema }), { migrationsFolder });
  } finally {
    await client.query('select pg_advisory_unlock($1)', [migrationLock]).catch(() => undefined);
    client.release();
  }
}
