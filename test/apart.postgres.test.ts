import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import { freePort } from '../cli/temporal-server/free-port.ts';
import { createPostgresDatabase } from './support/databases.ts';
import { until } from './support/house.ts';
import { registerWebhooks, startSystems, type Systems } from './support/service-under-test.ts';
import { testTemporalAddress } from './support/temporal.ts';

let systems: Systems;
let children: ChildProcess[] = [];
let cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(children.map((child) => ended(child, 'SIGKILL')));
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
  await systems.stop();
  [children, cleanUps] = [[], []];
});

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  return gone;
}

const answers = (url: string) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

// One process may own an embedded database, so the parts run apart on PostgreSQL only.
test('API and two workers run apart; a killed one loses nothing, one that ends leaves the others alone', async () => {
  systems = await startSystems({ search: ['name', 'vorname'] });
  const database = await createPostgresDatabase();
  cleanUps.push(() => database.drop());
  const environment = {
    ...process.env,
    ...systems.environment,
    DATABASE_URL: database.url,
    ...(process.env['TEST_REDIS_URL'] !== undefined && { REDIS_URL: process.env['TEST_REDIS_URL'] }),
    TEMPORAL_ADDRESS: testTemporalAddress(),
    TEMPORAL_TASK_QUEUE: `apart-${randomUUID()}`,
    LOG_LEVEL: 'warn',
  };
  const run = (part: 'api' | 'worker', more: Record<string, string>): ChildProcess => {
    const args = ['cli/tandem.ts', 'start', '--only', part];
    const child = spawn(process.execPath, args, {
      env: { ...environment, ...more },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    children.push(child);
    return child;
  };
  const [apiPort, firstPort, secondPort] = [await freePort(), await freePort(), await freePort()];
  const first = run('worker', { WORKER_PORT: String(firstPort) });
  const second = run('worker', { WORKER_PORT: String(secondPort) });
  run('api', { API_PORT: String(apiPort) });
  for (const port of [apiPort, firstPort, secondPort]) {
    await until('each part is ready', () => answers(`http://127.0.0.1:${port}/readyz`));
  }

  registerWebhooks(systems.crm, `http://127.0.0.1:${apiPort}`, true);
  const names = Array.from({ length: 60 }, (_, n) => `Nr. ${n}`);
  const ids = names.map((lastName) => systems.crm.create('CBeteiligte', { lastName, firstName: 'Toni' }).id);
  await systems.crm.webhooks.deliverAll();
  await until('some are done', () => systems.firm.records().length > 10);
  await ended(first, 'SIGKILL');
  const isClean = (id: string): boolean => systems.crm.record('CBeteiligte', id)!['syncStatus'] === 'clean';
  await until('all are clean', () => ids.every(isClean));
  const parties = systems.firm.records().map(({ name }) => name);
  expect(parties.toSorted()).toEqual(names.toSorted());
  expect(await fetch(`http://127.0.0.1:${secondPort}/metrics`).then((answer) => answer.text())).toContain(
    'tandem_syncs_total',
  );

  await ended(second, 'SIGTERM');
  expect(second.exitCode).toBe(0);
  expect(await answers(`http://127.0.0.1:${apiPort}/healthz`)).toBe(true);
});

test('without PostgreSQL the parts are refused to run apart, with what to do', async () => {
  systems = await startSystems();
  const environment = { ...process.env, ...systems.environment, DATABASE_URL: '' };
  const child = spawn(process.execPath, ['cli/tandem.ts', 'start', '--only', 'api'], { env: environment });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const exitCode = await new Promise((resolve) => child.once('close', resolve));
  expect([exitCode, said]).toEqual([4, expect.stringContaining('DATABASE_URL is needed to run API and worker apart')]);
});
