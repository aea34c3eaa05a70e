import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterEach, test } from '@jest/globals';
import { freePort } from '../cli/temporal-server/free-port.ts';
import { createPostgresDatabase } from './support/databases.ts';
import { until } from './support/house.ts';
import { registerWebhooks, startSystems, type Systems } from './support/service-under-test.ts';
import { testTemporalAddress } from './support/temporal.ts';

let systems: Systems;
let children: ChildProcess[] = [];
let dropDatabase: () => Promise<unknown>;

afterEach(async () => {
  await Promise.all(children.map(killed));
  children = [];
  await dropDatabase();
  await systems.stop();
});

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function started(part: 'api' | 'worker', environment: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['cli/tandem.ts', 'start', '--only', part], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  const port = environment[part === 'api' ? 'API_PORT' : 'WORKER_PORT'] ?? '';
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(`${part} is ready`, isReady);
  return child;
}

/** Longer than Temporal waits for a heartbeat, and than it then waits before the next attempt. */
const haltMs = 18_000;
/** A lease that nobody gives back lasts two minutes. */
const soonMs = 60_000;

test('a worker that goes on after a halt, and dies then, keeps no record from those who have taken it over', async () => {
  systems = await startSystems({ search: ['name', 'vorname'] });
  const database = await createPostgresDatabase();
  dropDatabase = () => database.drop();
  const apiPort = await freePort();
  const environment = {
    ...systems.environment,
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: testTemporalAddress(),
    TEMPORAL_TASK_QUEUE: `halted-${randomUUID()}`,
    LOG_LEVEL: 'error',
  };
  await started('api', { ...environment, API_PORT: String(apiPort) });
  const worker = async () => started('worker', { ...environment, WORKER_PORT: String(await freePort()) });
  const halted = await worker();
  // Two, with room for every successor: none waits for its turn when the halted one goes on.
  await worker();
  await worker();
  registerWebhooks(systems.crm, `http://127.0.0.1:${apiPort}`, true);
  const ids = Array.from({ length: 30 }, (_, n) => systems.crm.create('CBeteiligte', { lastName: `Nr. ${n}` }).id);
  const isClean = (id: string): boolean => systems.crm.record('CBeteiligte', id)?.['syncStatus'] === 'clean';
  await systems.crm.webhooks.deliverAll();
  await until('all are done', () => ids.every(isClean));
  // All that asks for work asks for it again: the halted one is given some as well.
  await setTimeout(1_000);

  halted.kill('SIGSTOP');
  const slow = { kind: 'latency', delayMs: 5_000 } as const;
  const mend = systems.firm.faults.add({ method: 'GET', path: 'Beteiligte', fault: slow, times: 100_000 });
  for (const id of ids) systems.crm.update('CBeteiligte', id, { firstName: 'Toni' });
  await systems.crm.webhooks.deliverAll();
  await setTimeout(haltMs);
  halted.kill('SIGCONT');
  // What it does first is what came in during the halt: its successors are waiting for Advoware at this moment.
  await setTimeout(1_000);
  await killed(halted);
  mend();
  const areEqual = () => systems.firm.records().every(({ vorname }) => vorname === 'Toni');
  await until('everybody is equal', areEqual, soonMs);
  await until('the CRM says so', () => ids.every(isClean), soonMs);
});
