import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { migrationsFolder, type OpenDatabase } from './database.ts';
import { schema } from './schema.ts';
import { StatementNames } from './statement-names.ts';

/** Any number; it only has to be the same in every process that may migrate. */
const migrationLock = 7_262_366;

/**
 * A process that was halted within a transaction would keep its rows locked for as long as that lasts, and everybody else
 * at the door. Nothing that a system answers is waited for within one.
 */
const idleInTransactionAtMostMs = 15_000;

export interface PostgresOptions {
  readonly url: string;
  readonly maxConnections: number;
  readonly onProblem: (error: Error) => void;
}

/** Opens PostgreSQL and brings its schema up to date. Several processes may start at once: one migrates, the others wait. */
export async function openPostgres({ url, maxConnections, onProblem }: PostgresOptions): Promise<OpenDatabase> {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: 5_000,
    verify: limitIdleness,
  });
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

/** Said to each new connection before it is used: poolers refuse settings that come with the connecting itself. */
function limitIdleness(client: pg.ClientBase, done: (error?: Error) => void): void {
  const said = client.query(`set idle_in_transaction_session_timeout = ${idleInTransactionAtMostMs}`);
  said.then(() => {
    done();
  }, done);
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
