import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { freePort } from '../cli/temporal-server/free-port.ts';
import { startTemporalServer } from '../cli/temporal-server/start.ts';
import { createPostgresDatabase, databasesUnderTest } from './support/databases.ts';
import { makeDataDirectory } from './support/embedded.ts';
import { until } from './support/house.ts';
import { callApi, registerWebhooks, startSystems, type Systems } from './support/service-under-test.ts';
import { testTemporalAddress } from './support/temporal.ts';

let systems: Systems;
let directory: string;
let port: number;
let cleanUps: (() => Promise<unknown>)[];
let running: ChildProcess | undefined;

beforeEach(async () => {
  directory = await makeDataDirectory('outage');
  port = await freePort();
  cleanUps = [];
  taskQueue = `outage-${randomUUID()}`;
});
afterEach(async () => {
  await end('SIGKILL');
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
  await systems.stop();
  await rm(directory, { recursive: true, force: true });
});

const url = (): string => `http://127.0.0.1:${port}`;
let taskQueue: string;

/** The product as its users start it, in a process of its own. */
async function run(environment: Readonly<Record<string, string>>): Promise<void> {
  running = spawn(process.execPath, ['cli/tandem.ts', 'start'], {
    env: {
      ...process.env,
      ...systems.environment,
      TANDEM_DATA: directory,
      API_PORT: String(port),
      LOG_LEVEL: 'warn',
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await until('it is ready', () =>
    fetch(`${url()}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
}

async function end(signal: NodeJS.Signals): Promise<void> {
  const child = running;
  running = undefined;
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

const inCrm = (id: string) => systems.crm.record('CBeteiligte', id)!;
const isClean = (id: string): boolean => inCrm(id)['syncStatus'] === 'clean';

describe.each(databasesUnderTest())('SIGKILL in the middle of a hundred syncs, on $name', ({ name }) => {
  const databaseOf = async (): Promise<Readonly<Record<string, string>>> => {
    if (name === 'PGlite') return {};
    const database = await createPostgresDatabase();
    cleanUps.push(() => database.drop());
    return { DATABASE_URL: database.url };
  };

  async function killedInTheMiddle(search: readonly string[]): Promise<string[]> {
    systems = await startSystems({ search });
    const environment = {
      ...(await databaseOf()),
      TEMPORAL_ADDRESS: testTemporalAddress(),
      TEMPORAL_TASK_QUEUE: taskQueue,
    };
    await run(environment);
    registerWebhooks(systems.crm, url(), true);
    const people = Array.from({ length: 100 }, (_, n) => ({
      lastName: `Nr. ${n}`,
      firstName: 'Toni',
      dateOfBirth: '2001-01-05',
    }));
    const ids = people.map((person) => systems.crm.create('CBeteiligte', person).id);
    await systems.crm.webhooks.deliverAll();
    await until('some are in Advoware', () => systems.firm.records().length >= 20);
    await end('SIGKILL');
    const doneBefore = ids.filter(isClean).length;
    expect(doneBefore).toBeLessThan(100);
    await run(environment);
    return ids;
  }

  test('started again, all hundred are equal and no party is there twice', async () => {
    const ids = await killedInTheMiddle(['name', 'vorname']);
    await until('all are clean', () => ids.every(isClean));
    const names = systems.firm.records().map((party) => party.name);
    expect([names.length, new Set(names).size]).toEqual([100, 100]);
    for (const id of ids) expect(systems.firm.record(Number(inCrm(id)['betnr']))!.name).toBe(inCrm(id)['lastName']);
  });

  test('where Advoware cannot be searched, what is in doubt is asked about, and the answer completes it', async () => {
    const ids = await killedInTheMiddle([]);
    const isAsked = (id: string): boolean => String(inCrm(id)['syncErrorMessage']).includes('enter its number');
    await until('each is clean or asks', () => ids.every((id) => isClean(id) || isAsked(id)));
    for (const id of ids.filter(isAsked)) {
      const party = systems.firm.records().find((candidate) => candidate.name === inCrm(id)['lastName']);
      const made = party ?? systems.firm.create({ name: String(inCrm(id)['lastName']), vorname: 'Toni' });
      systems.crm.update('CBeteiligte', id, { betnr: String(made.betNr) });
    }
    await systems.crm.webhooks.deliverAll();
    await until('all are clean', () => ids.every(isClean));
    const names = systems.firm.records().map((party) => party.name);
    expect([names.length, new Set(names).size]).toEqual([100, 100]);
  });
});

test('while Temporal is down webhooks are accepted, and everything is synced after it is back', async () => {
  systems = await startSystems();
  const databaseFile = join(directory, 'temporal.db');
  const temporalPort = await freePort();
  const { TEMPORAL_ADDRESS: _, ...environment } = process.env;
  const temporal = { databaseFile, port: temporalPort, log: () => undefined, environment };
  let server = await startTemporalServer(temporal);
  cleanUps.push(() => server.kill());
  await run({ TEMPORAL_ADDRESS: server.address, TEMPORAL_TASK_QUEUE: taskQueue });
  registerWebhooks(systems.crm, url(), true);
  const first = systems.crm.create('CBeteiligte', { lastName: 'Vorher' });
  await systems.crm.webhooks.deliverAll();
  await until('it works', () => isClean(first.id));

  await server.kill();
  const ids = Array.from(
    { length: 20 },
    (_unused, n) => systems.crm.create('CBeteiligte', { lastName: `Währenddessen ${n}` }).id,
  );
  systems.crm.update('CBeteiligte', first.id, { titel: 'Dr.' });
  const report = await systems.crm.webhooks.deliverAll();
  expect(new Set(report.statuses)).toEqual(new Set([200]));
  expect((await fetch(`${url()}/readyz`)).status).toBe(503);
  const check = await callApi(url(), 'POST', `/pairs/beteiligte/records/${first.id}/check`);
  expect(check).toMatchObject({ status: 202, body: { pending: { reason: 'not_started' } } });

  server = await startTemporalServer(temporal);
  await until('all are clean', () => ids.every(isClean));
  await until('the edit arrived', () => systems.firm.record(Number(inCrm(first.id)['betnr']))!.titel === 'Dr.');
});

test('SIGTERM ends it in good order; a second process on the same embedded database is refused with advice', async () => {
  systems = await startSystems();
  const environment = { TEMPORAL_ADDRESS: testTemporalAddress(), TEMPORAL_TASK_QUEUE: taskQueue };
  await run(environment);
  const second = spawn(process.execPath, ['cli/tandem.ts', 'start'], {
    env: { ...process.env, ...systems.environment, ...environment, TANDEM_DATA: directory, API_PORT: '0' },
  });
  let said = '';
  second.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const exitCode = await new Promise((resolve) => second.once('exit', resolve));
  expect([exitCode, said]).toEqual([4, expect.stringContaining('is in use by another Tandem process')]);
  const child = running!;
  await end('SIGTERM');
  expect(child.exitCode).toBe(0);
});
