/** A portal that has imported a whole organization and hears of every change by webhooks. */
import { and, eq, isNotNull, isNull, lte, or } from 'drizzle-orm';
import { createApiClient } from '../cli/api-client.ts';
import { follow } from '../cli/census/follow.ts';
import { importAll } from '../cli/census/import-all.ts';
import { noDisplay } from '../cli/census/progress-display.ts';
import type { Database } from '../store/database.ts';
import { openPostgres } from '../store/open-postgres.ts';
import { cursors } from '../store/population-tables.ts';
import { callOps } from '../test/support/call-ops.ts';
import { portalChores } from '../test/support/portal-chores.ts';
import { until } from '../test/support/until.ts';
import { apart, openPortalProcesses, type PortalProcesses } from './portal-processes.ts';

export interface ImportedPortal extends Pick<PortalProcesses, 'url' | 'productive' | 'stop'> {
  readonly db: Database;
}

/** @throws if there is no PostgreSQL */
export async function openImportedPortal(): Promise<ImportedPortal> {
  const processes = await openPortalProcesses(apart);
  await everythingImported(processes);
  const { url, productive, databaseUrl } = processes;
  const database = await openPostgres({ url: databaseUrl, maxConnections: 2, onProblem: () => undefined });
  await everythingCompared(database.db);
  return {
    ...{ url, db: database.db, productive },
    stop: async () => {
      await database.close();
      await processes.stop();
    },
  };
}

async function everythingImported({ url, apiToken: token }: PortalProcesses): Promise<void> {
  const api = createApiClient({ TANDEM_API_URL: url, TANDEM_API_TOKEN: token });
  const { ending } = await importAll({
    ...{ api, again: false, say: () => undefined },
    follow: (run, _systems, onLook) => follow(api, run, noDisplay, { detached: new AbortController().signal, onLook }),
  });
  if (ending.kind !== 'done') throw new Error(JSON.stringify(ending));
  await portalChores((...request) => callOps({ url, token }, ...request), []).keepWebhooks();
}

/** Rows that the import has made are changes of the portal's too, which the next look at these finds to be known. */
async function everythingCompared(db: Database): Promise<void> {
  const importedAt = new Date();
  const { side, behindSince, caughtUpAt } = cursors;
  const isUnread = or(isNotNull(behindSince), isNull(caughtUpAt), lte(caughtUpAt, importedAt));
  const all = () => db.$count(cursors, eq(side, 'replica'));
  const unread = () => db.$count(cursors, and(eq(side, 'replica'), isUnread));
  await until('what was imported is compared', async () => (await all()) > 0 && (await unread()) === 0, 600_000, 1_000);
}
