/** Everything as in production, in processes of its own: Productive, Temporal, PostgreSQL, and Tandem, which has imported nothing yet. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { freePort } from '../cli/temporal-server/free-port.ts';
import { startTemporalServer } from '../cli/temporal-server/start.ts';
import { portalTokens } from '../test/support/portal-tokens.ts';
import { startTestPostgres } from '../test/support/postgres.ts';

export interface PortalProcesses {
  /** Of the API. */
  readonly url: string;
  readonly apiToken: string;
  /** Of PostgreSQL. */
  readonly databaseUrl: string;
  readonly productive: RunningProductive;
  /** Kills every process of Tandem at once, as a power cut does, and starts them again. */
  killAndStart(): void;
  stop(): Promise<void>;
}

export interface RunningProductive {
  /** All requests for the API so far, and how many of them there were in any ten seconds. */
  requests(): Promise<{ readonly count: number; readonly mostIn10s: number }>;
  /** Tells the simulator what people do. */
  control(method: 'PATCH' | 'POST', path: string, body: object): Promise<void>;
}

/** Commands of `tandem`: in one process, or API and worker apart. */
export type Commands = readonly (readonly string[])[];
export const together: Commands = [['start']];
export const apart: Commands = [
  ['start', '--only', 'api'],
  ['start', '--only', 'worker'],
];

const apiToken = 'a-token-of-the-bench-that-is-long-enough';
const { TEMPORAL_ADDRESS: _, ...ownEnvironment } = process.env;

/** @throws if there is no PostgreSQL */
export async function openPortalProcesses(
  commands: Commands,
  settings: NodeJS.ProcessEnv = {},
): Promise<PortalProcesses> {
  const postgres = await startTestPostgres();
  if (postgres.kind !== 'running') throw new Error(`nothing can be measured: ${postgres.reason}`);
  const temporal = await startTemporalServer({ log: () => undefined, environment: ownEnvironment });
  const directory = await mkdtemp(join(tmpdir(), 'tandem-bench-'));
  const simulator = fork(new URL('productive-process.ts', import.meta.url), { execArgv: [] });
  const { productive, environment } = await whereIs(simulator);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...{ ...ownEnvironment, ...environment, DATABASE_URL: postgres.address, TEMPORAL_ADDRESS: temporal.address },
    ...{ TANDEM_DATA: directory, LOG_LEVEL: 'silent', API_PORT: String(port), PUBLIC_URL: url },
    ...{ API_TOKENS: `bench:${apiToken}`, API_RATE_LIMIT: '100000/1m', PORTAL_RATE_LIMIT: '1000000/1s' },
    ...{ PORTAL_JWT_SECRET: portalTokens.signer.secret, PORTAL_JWT_AUDIENCE: portalTokens.audience, CENSUS_AT: 'off' },
    ...settings,
  };
  const start = (): readonly ChildProcess[] => commands.map((command) => startOne(command, env));
  let processes = start();
  await untilReady(url, processes);
  return {
    ...{ url, apiToken, databaseUrl: postgres.address, productive },
    killAndStart: () => {
      for (const child of processes) child.kill('SIGKILL');
      processes = start();
    },
    stop: async () => {
      await Promise.all(processes.map(ended));
      simulator.disconnect();
      await temporal.stop();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const address = z.object({ url: z.string(), apiUrl: z.string(), token: z.string(), organizationId: z.string() });
const rates = z.object({ mostIn10s: z.number(), counts: z.record(z.string(), z.number()) });

async function whereIs(simulator: ChildProcess) {
  const [said] = (await once(simulator, 'message')) as unknown[];
  const { url, apiUrl, token, organizationId } = address.parse(said);
  const productive: RunningProductive = {
    requests: async () => {
      const { mostIn10s, counts } = rates.parse(await (await fetch(`${url}/_control/rates`)).json());
      return { mostIn10s, count: Object.values(counts).reduce((sum, count) => sum + count, 0) };
    },
    control: async (method, path, body) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${url}/_control${path}`, { method, headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`the simulator answered ${path} with ${answer.status}`);
    },
  };
  const environment = { PRODUCTIVE_URL: apiUrl, PRODUCTIVE_TOKEN: token, PRODUCTIVE_ORGANIZATION_ID: organizationId };
  return { productive, environment };
}

const startOne = (command: readonly string[], env: NodeJS.ProcessEnv): ChildProcess =>
  spawn(process.execPath, ['cli/tandem.ts', ...command], { stdio: ['ignore', 'ignore', 'inherit'], env });

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
