import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { freePort } from '../cli/temporal-server/free-port.ts';
import { createPostgresDatabase } from './support/databases.ts';
import { forward } from './support/forward.ts';
import { makeDataDirectory } from './support/embedded.ts';
import { until } from './support/house.ts';
import { callApi, registerWebhooks, startSystems, type Systems } from './support/service-under-test.ts';
import { testTemporalAddress } from './support/temporal.ts';

let systems: Systems;
let directory: string;
let port: number;
let environment: Readonly<Record<string, string>>;
let running: ChildProcess[] = [];

beforeEach(async () => {
  directory = await makeDataDirectory('shutdown');
  port = await freePort();
  systems = await startSystems({ search: ['name', 'vorname'] });
  environment = {
    ...systems.environment,
    TANDEM_DATA: directory,
    API_PORT: String(port),
    TEMPORAL_ADDRESS: testTemporalAddress(),
    TEMPORAL_TASK_QUEUE: `shutdown-${randomUUID()}`,
    SHUTDOWN_GRACE: '1s',
    ADVOWARE_TIMEOUT: '5s',
    LOG_LEVEL: 'info',
  };
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running = [];
  await systems.stop();
  await rm(directory, { recursive: true, force: true });
});

const url = (): string => `http://127.0.0.1:${port}`;
const isReady = () =>
  fetch(`${url()}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** The product as its users start it; `lines` is what it has logged so far. */
function run(more: Readonly<Record<string, string>> = {}): { child: ChildProcess; lines: () => string[] } {
  const child = spawn(process.execPath, ['cli/tandem.ts', 'start'], {
    env: { ...process.env, ...environment, ...more },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, lines: () => text.split('\n').filter((line) => line !== '') };
}

const exited = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    child.once('exit', resolve);
  });
const isClean = (id: string): boolean => systems.crm.record('CBeteiligte', id)?.['syncStatus'] === 'clean';

test('SIGTERM in the middle of the work: it ends in order, what was under way is handed over, and nothing is counted as a failure', async () => {
  const { child } = run();
  await until('it is ready', isReady);
  registerWebhooks(systems.crm, url(), true);
  const ids = Array.from({ length: 30 }, (_, n) => systems.crm.create('CBeteiligte', { lastName: `Nr. ${n}` }).id);
  await systems.crm.webhooks.deliverAll();
  await until('all are done', () => ids.every(isClean));
  // From here on Advoware takes longer than anybody waits. Only what is read hangs: a write would land after all.
  const mend = systems.firm.faults.add({
    method: 'GET',
    path: 'Beteiligte',
    fault: { kind: 'latency', delayMs: 30_000 },
    times: 100_000,
  });
  const mark = systems.firm.requests.mark();
  for (const id of ids) systems.crm.update('CBeteiligte', id, { firstName: 'Toni' });
  await systems.crm.webhooks.deliverAll();
  await until('calls hang', () => systems.firm.requests.since(mark).length > 0);
  child.kill('SIGTERM');
  expect(await exited(child)).toBe(0);

  mend();
  run();
  await until('it is ready again', isReady);
  await until('everybody is equal', () => systems.firm.records().every(({ vorname }) => vorname === 'Toni'));
  const names = systems.firm.records().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const id of ids) {
    expect((await callApi(url(), 'GET', `/pairs/beteiligte/records/${id}`)).body).toMatchObject({ attempts: 0 });
  }
});

test('SIGTERM while Temporal has not answered yet: it ends as soon as it does', async () => {
  const [host = '', temporalPort] = testTemporalAddress().split(':');
  const latePort = await freePort();
  const { promise: answers, resolve: answer } = Promise.withResolvers<undefined>();
  const door = await forward(latePort, { host, port: Number(temporalPort) }, answers);
  const connected = once(door, 'connection');
  const { child } = run({ TEMPORAL_ADDRESS: `127.0.0.1:${latePort}` });
  await connected;
  const isUp = () =>
    fetch(`${url()}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until('it is up', isUp);
  child.kill('SIGTERM');
  await until('it has begun to stop', async () => !(await isUp()));
  const ended = exited(child);
  answer(undefined);
  expect(await ended).toBe(0);
  door.close();
});

test('started before anything that it needs: it says so once, readyz tells, and it recovers by itself', async () => {
  const [host = '', temporalPort] = testTemporalAddress().split(':');
  const late = { temporal: await freePort(), database: await freePort() };
  const created = await createPostgresDatabase();
  const real = new URL(created.url);
  const lateUrl = new URL(created.url);
  lateUrl.port = String(late.database);
  const { lines } = run({
    DATABASE_URL: lateUrl.href,
    REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
    TEMPORAL_ADDRESS: `127.0.0.1:${late.temporal}`,
  });
  const answers = (path: string) =>
    fetch(`${url()}${path}`).then(
      async (answer) => ({ status: answer.status, body: await answer.text() }),
      () => null,
    );
  await until('it answers', async () => (await answers('/healthz'))?.status === 200);
  const readiness = await answers('/readyz');
  expect(readiness?.status).toBe(503);
  expect(JSON.parse(readiness?.body ?? '')).toMatchObject({ database: 'not reachable', temporal: 'not reachable' });
  expect((await callApi(url(), 'GET', '/status')).status).toBe(503);
  registerWebhooks(systems.crm, url(), true);
  // EspoCRM repeats three times, ten minutes apart; here it takes as many short ones until the service is up.
  Object.assign(systems.crm.webhooks.settings, { retryAfterMs: 100, maxAttempts: 10_000 });
  const { id } = systems.crm.create('CBeteiligte', { lastName: 'Früh' });
  await systems.crm.webhooks.deliver();
  await until('it has said what is missing', () => lines().some((line) => line.includes('does not answer yet')));

  const doors = [
    await forward(late.database, { host: real.hostname, port: Number(real.port) }),
    await forward(late.temporal, { host, port: Number(temporalPort) }),
  ];
  await until('it is ready', isReady);
  await until('what was announced too early is announced again and done', async () => {
    await systems.crm.webhooks.deliver();
    return isClean(id);
  });
  for (const what of ['The database', 'Temporal']) {
    expect(lines().filter((line) => line.includes(`${what} does not answer yet`)).length).toBeLessThanOrEqual(1);
  }
  running[0]!.kill('SIGTERM');
  expect(await exited(running[0]!)).toBe(0);
  for (const door of doors) door.close();
  await created.drop();
});
