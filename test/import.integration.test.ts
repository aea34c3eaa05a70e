import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { censusRun } from '../api/ops/census-shape.ts';
import { freePort } from '../cli/temporal-server/free-port.ts';
import { makeDataDirectory } from './support/embedded.ts';
import { until } from './support/house.ts';
import { apiToken, startSystems, type Systems } from './support/service-under-test.ts';
import { testTemporalAddress } from './support/temporal.ts';

const entity = 'CBeteiligte';
const records = 590;
const pageLength = 200;

let systems: Systems;
let directory: string;
let port: number;
let environment: Readonly<Record<string, string>>;
let running: ChildProcess | undefined;

beforeEach(async () => {
  directory = await makeDataDirectory('import');
  port = await freePort();
  systems = await startSystems({ search: ['name', 'vorname'] });
  environment = {
    ...systems.environment,
    TANDEM_DATA: directory,
    API_PORT: String(port),
    TEMPORAL_ADDRESS: testTemporalAddress(),
    TEMPORAL_TASK_QUEUE: `import-${randomUUID()}`,
    LOG_LEVEL: 'warn',
  };
});
afterEach(async () => {
  await killed();
  await systems.stop();
  await rm(directory, { recursive: true, force: true });
});

const url = (): string => `http://127.0.0.1:${port}`;
const isReady = () =>
  fetch(`${url()}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** The product as its users start it. */
async function started(): Promise<void> {
  running = spawn(process.execPath, ['cli/tandem.ts', 'start'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await until('it is ready', isReady);
}

async function killed(): Promise<void> {
  const child = running;
  running = undefined;
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function api(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${url()}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${apiToken}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return answer.json();
}

const lists = () => systems.crm.requests.all({ method: 'GET', path: new RegExp(`/${entity}$`) }).length;

test('a first import that is killed three times comes to the same end, and reads at most three pages again', async () => {
  const names = Array.from({ length: records }, (_, n) => `Nr. ${String(n).padStart(3, '0')}`);
  for (const lastName of names) systems.crm.create(entity, { lastName, firstName: 'Toni' });
  await started();
  await api('POST', '/pairs/beteiligte/census', { mode: 'backfill', dryRun: false });
  for (const share of [0.2, 0.5, 0.8]) {
    const wanted = Math.floor(records * share);
    await until(`${wanted} parties are there`, () => systems.firm.records().length >= wanted, 300_000);
    await killed();
    await started();
  }
  const run = async () => censusRun.parse(await api('GET', '/pairs/beteiligte/census'));
  await until('the import is through', async () => (await run()).state === 'done', 300_000);

  expect(
    systems.firm
      .records()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(names);
  const states = systems.crm.records(entity).map((record) => record['syncStatus']);
  expect(new Set(states)).toEqual(new Set(['clean']));
  expect(lists()).toBeGreaterThanOrEqual(Math.ceil(records / pageLength));
  expect(lists()).toBeLessThanOrEqual(Math.ceil(records / pageLength) + 3);
}, 900_000);
