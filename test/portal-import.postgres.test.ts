import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { freePort } from '../cli/temporal-server/free-port.ts';
import { portalPairs } from '../mappers/portal/portal-pairs.ts';
import { type Productive, startProductiveSimulator } from '../simulators/productive/start-productive.ts';
import type { OpenDatabase } from '../store/database.ts';
import { openPostgres } from '../store/open-postgres.ts';
import { portalTasks } from '../store/portal/work-tables.ts';
import { createPostgresDatabase, type PostgresDatabase } from './support/databases.ts';
import { until } from './support/house.ts';
import { differencesFromSource } from './support/portal-comparison.ts';
import { productiveEnvironment } from './support/productive-environment.ts';
import { apiToken } from './support/service-under-test.ts';
import { testTemporalAddress } from './support/temporal.ts';

/** Of the organization's 27,199 tasks and 15,486 comments. */
const scale = 0.03;
const pageLength = 200;
const startedWithinMs = 400_000;
const importedWithinMs = 400_000;

let productive: Productive;
let database: PostgresDatabase;
let opened: OpenDatabase;
let directory: string;
let environment: Readonly<Record<string, string>>;
let url: string;
let running: ChildProcess | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tandem-portal-import-'));
  // An answer takes a moment, so that a kill hits a page that is under way.
  productive = await startProductiveSimulator({ latencyMs: 100, unknowns: { commentsShowUpdatedAt: true } });
  productive.generate({ scale });
  database = await createPostgresDatabase();
  opened = await openPostgres({ url: database.url, maxConnections: 2, onProblem: () => undefined });
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  environment = {
    ...productiveEnvironment(productive),
    ...{ DATABASE_URL: database.url, TANDEM_DATA: directory, API_PORT: String(port), LOG_LEVEL: 'warn' },
    ...{ TEMPORAL_ADDRESS: testTemporalAddress(), TEMPORAL_TASK_QUEUE: `portal-import-${randomUUID()}` },
    ...{ API_TOKENS: `test:${apiToken}`, API_RATE_LIMIT: '100000/1m', PRODUCTIVE_BUDGET: '2000/10s' },
    // Requests are counted: nothing but the import asks.
    ...{ CATCH_UP_EVERY: 'off', CENSUS_AT: 'off', ROLLING_CHECK_PERIOD: 'off', KEEP_WEBHOOKS_EVERY: 'off' },
  };
});
afterEach(async () => {
  await killed();
  await opened.close();
  await database.drop();
  await productive.stop();
  await rm(directory, { recursive: true, force: true });
});

const isReady = () =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** The product as its users start it. */
async function started(): Promise<void> {
  running = spawn(process.execPath, ['cli/tandem.ts', 'start'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await until('it is ready', isReady, startedWithinMs);
}

async function killed(): Promise<void> {
  const child = running;
  running = undefined;
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

const api = (method: 'GET' | 'POST', path: string): Promise<Response> => {
  const headers = { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' };
  return fetch(`${url}/api/v1${path}`, { method, headers, ...(method === 'POST' && { body: '{}' }) });
};

interface Status {
  readonly inbox: { readonly waiting: number };
  readonly pairs: readonly { readonly census: unknown }[];
}

/** No walk is under way, and nobody waits for anything. */
async function isThrough(): Promise<boolean> {
  const answer = await api('GET', '/status');
  // A machine that does much else can't answer every time.
  if (!answer.ok) return false;
  const { inbox, pairs } = (await answer.json()) as Status;
  return inbox.waiting === 0 && pairs.every(({ census }) => census === null);
}

/** 409: it was begun already, though the answer said nothing of it. */
const begin = (pair: string) =>
  until(`the import of ${pair} has begun`, async () =>
    [202, 409].includes((await api('POST', `/pairs/${pair}/census`)).status),
  );

/** In the order of a first import. */
async function imported(pairs: readonly string[]): Promise<void> {
  for (const pair of pairs) {
    await begin(pair);
    await until(`${pair} are through`, isThrough, importedWithinMs);
  }
}

/** How many pages were asked for that had been asked for before. */
function pagesAgain(entity: string): number {
  const pages = productive.requests
    .all({ method: 'GET', path: new RegExp(`/${entity}$`) })
    .map(({ query }) => decodeURIComponent(query))
    .filter((query) => query.includes(`page[size]=${pageLength}`));
  return pages.length - new Set(pages).size;
}

const rows = () => opened.db.$count(portalTasks);

test('a first import that is killed twice comes to the same end, and reads two pages again per kill at most', async () => {
  const tasks = productive.records('tasks').length;
  const names = portalPairs().map(({ name }) => name);
  await started();
  await imported(names.slice(0, names.indexOf('tasks')));
  await begin('tasks');
  for (const share of [0.2, 0.5]) {
    await until(`${share} of the tasks are there`, async () => (await rows()) >= tasks * share, importedWithinMs);
    await killed();
    await started();
  }
  await until('the tasks are through', isThrough, importedWithinMs);
  await imported(names.slice(names.indexOf('tasks') + 1));

  expect(await differencesFromSource(opened.db, productive)).toEqual([]);
  expect(await rows()).toBe(tasks);
  expect(productive.requests.all().filter(({ method }) => method !== 'GET')).toEqual([]);
  // The one whose rows were being stored, and the one that was asked for meanwhile.
  expect(pagesAgain('tasks')).toBeLessThanOrEqual(4);
}, 1_800_000);
