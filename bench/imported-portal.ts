/** Everything as in production, each in a process of its own: Productive, Temporal, PostgreSQL, API and worker; all is imported. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createApiClient } from '../cli/api-client.ts';
import { follow } from '../cli/census/follow.ts';
import { importAll } from '../cli/census/import-all.ts';
import { noDisplay } from '../cli/census/progress-display.ts';
import { freePort } from '../cli/temporal-server/free-port.ts';
import { startTemporalServer } from '../cli/temporal-server/start.ts';
import type { Database } from '../store/database.ts';
import { openPostgres } from '../store/open-postgres.ts';
import { portalChores } from '../test/support/portal-chores.ts';
import { callOps } from '../test/support/call-ops.ts';
import { portalTokens } from '../test/support/portal-tokens.ts';
import { startTestPostgres } from '../test/support/postgres.ts';

export interface ImportedPortal {
  /** Of the API. */
  readonly url: string;
  readonly db: Database;
  readonly productive: RunningProductive;
  stop(): Promise<void>;
}

export interface RunningProductive {
  /** All requests for the API so far. */
  requests(): Promise<number>;
  /** Tells the simulator what people do. */
  control(method: 'PATCH' | 'POST', path: string, body: object): Promise<void>;
}

const apiToken = 'a-token-of-the-bench-that-is-long-enough';
const { TEMPORAL_ADDRESS: _, ...ownEnvironment } = process.env;

/** @throws if there is no PostgreSQL */
export async function openImportedPortal(): Promise<ImportedPortal> {
  const postgres = await startTestPostgres();
  if (postgres.kind !== 'running') throw new Error(`nothing can be measured: ${postgres.reason}`);
  const temporal = await startTemporalServer({ log: () => undefined, environment: ownEnvironment });
  const directory = await mkdtemp(join(tmpdir(), 'tandem-bench-'));
  const simulator = fork(new URL('productive-process.ts', import.meta.url), { execArgv: [] });
  const { productive, settings } = await whereIs(simulator);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    ...{ ...ownEnvironment, ...settings, DATABASE_URL: postgres.address, TEMPORAL_ADDRESS: temporal.address },
    ...{ TANDEM_DATA: directory, LOG_LEVEL: 'silent', API_PORT: String(port), PUBLIC_URL: url },
    ...{ API_TOKENS: `bench:${apiToken}`, API_RATE_LIMIT: '100000/1m', PORTAL_RATE_LIMIT: '1000000/1s' },
    ...{ PORTAL_JWT_SECRET: portalTokens.signer.secret, PORTAL_JWT_AUDIENCE: portalTokens.audience, CENSUS_AT: 'off' },
  };
  const processes = ['api', 'worker'].map((part) => startPart(part, environment));
  await untilReady(url, processes);
  await everythingImported(url);
  const database = await openPostgres({ url: postgres.address, maxConnections: 2, onProblem: () => undefined });
  return {
    ...{ url, db: database.db, productive },
    stop: async () => {
      await Promise.all(processes.map(ended));
      simulator.disconnect();
      await database.close();
      await temporal.stop();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const address = z.object({ url: z.string(), apiUrl: z.string(), token: z.string(), organizationId: z.string() });
const rates = z.object({ counts: z.record(z.string(), z.number()) });

async function whereIs(simulator: ChildProcess) {
  const [said] = (await once(simulator, 'message')) as unknown[];
  const { url, apiUrl, token, organizationId } = address.parse(said);
  const productive: RunningProductive = {
    requests: async () => {
      const { counts } = rates.parse(await (await fetch(`${url}/_control/rates`)).json());
      return Object.values(counts).reduce((sum, count) => sum + count, 0);
    },
    control: async (method, path, body) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${url}/_control${path}`, { method, headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`the simulator answered ${path} with ${answer.status}`);
    },
  };
  const settings = { PRODUCTIVE_URL: apiUrl, PRODUCTIVE_TOKEN: token, PRODUCTIVE_ORGANIZATION_ID: organizationId };
  return { productive, settings };
}

const startPart = (part: string, env: NodeJS.ProcessEnv): ChildProcess =>
  spawn(process.execPath, ['cli/tandem.ts', 'start', '--only', part], { stdio: ['ignore', 'ignore', 'inherit'], env });

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}

async function untilReady(url: string, processes: readonly ChildProcess[]): Promise<void> {
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (processes.some(({ exitCode }) => exitCode !== null)) throw new Error('a process of Tandem did not start');
    await sleep(200);
  }
}

async function everythingImported(url: string): Promise<void> {
  const api = createApiClient({ TANDEM_API_URL: url, TANDEM_API_TOKEN: apiToken });
  const { ending } = await importAll({
    ...{ api, again: false, say: () => undefined },
    follow: (run, _systems, onLook) => follow(api, run, noDisplay, { detached: new AbortController().signal, onLook }),
  });
  if (ending.kind !== 'done') throw new Error(JSON.stringify(ending));
  await portalChores((...request) => callOps({ url, token: apiToken }, ...request), []).keepWebhooks();
}
