import pLimit from 'p-limit';
import pg from 'pg';

/** Whoever waits has a connection of his own, so that nobody waits for those with which the others do their work. */
const connectionsAtOnce = 3;
const longestConnectMs = 5_000;
const longestWaitMs = 60_000;

/**
 * Runs pieces of work with the same key one after the other, whichever process with this PostgreSQL they are in. The turn of
 * a process that dies ends with its connection.
 * @throws what the work throws; the database's error if it does not answer, or the turn does not come within a minute
 */
export function oneAtATimeIn(url: string): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const few = pLimit(connectionsAtOnce);
  return (key, work) => few(() => inTurn(url, key, work));
}

async function inTurn<T>(url: string, key: string, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: longestConnectMs });
  // One that breaks while the work is being done must not end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query("select set_config('lock_timeout', $1, false)", [`${longestWaitMs}ms`]);
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [key]);
    return await work();
  } finally {
    await client.end().catch(() => undefined);
  }
}
