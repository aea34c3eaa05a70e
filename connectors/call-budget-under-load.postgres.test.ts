import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { spawnTethered, type TetheredChild } from '../cli/temporal-server/child-process.ts';
import { freePort } from '../cli/temporal-server/free-port.ts';
import { type EspoCrm, startEspoCrm } from '../simulators/espocrm/start-espocrm.ts';
import { CallLogStore } from '../store/call-log.ts';
import type { OpenDatabase } from '../store/database.ts';
import { openInMemory } from '../test/support/embedded.ts';
import { createPostgresDatabase, type PostgresDatabase } from '../test/support/databases.ts';
import { hammer } from '../test/support/hammer.ts';
import { until } from '../test/support/house.ts';
import { startPrivateRedis } from '../test/support/redis.ts';
import type { Service } from '../test/support/service.ts';
import { createCallBudget } from './call-reservation.ts';
import { createFallbackCalls } from './fallback-calls.ts';
import { createRedisCallLog } from './redis-call-log.ts';

const windows = [{ calls: 20, perMs: 500 }];
const windowMs = 500;

const atEnd: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of atEnd.splice(0).reverse()) await end();
});

async function openTarget(): Promise<EspoCrm> {
  const crm = await startEspoCrm({ rateLimit: windows });
  atEnd.push(() => crm.stop());
  return crm;
}

const targetOf = (crm: EspoCrm) => ({
  url: `${crm.url}/api/v1/App/user`,
  headers: { 'X-Api-Key': crm.apiUser.apiKey },
});

/** The limit by our own count, and by the system's. */
function expectNeverAbove({ rateLimit }: EspoCrm): void {
  expect(rateLimit.mostInAnyWindow(windowMs)).toBeLessThanOrEqual(20);
  expect(rateLimit.refused).toBe(0);
}

const redisUrl = process.env['TEST_REDIS_URL'];
const counters: readonly (readonly [string, string | null])[] = [
  ['PostgreSQL', null],
  ...(redisUrl === undefined ? [] : [['Redis', redisUrl] as const]),
];
if (process.env['TEST_DATABASE_URL'] !== undefined) {
  describe.each(counters)('two processes whose calls are counted in %s', (_name, redis) => {
    test('stay below the limit together, make use of it, and one goes on when the other dies', async () => {
      const [crm, database] = [await openTarget(), await createPostgresDatabase()];
      atEnd.push(() => database.drop());
      const processes = [1, 2].map(() => startHammering(crm, database, redis));
      atEnd.push(() => stopAll(processes));
      const fourFifths = 0.8 * 20 * 4;
      const isUsed = () => crm.rateLimit.mostInAnyWindow(4 * windowMs) >= fourFifths;
      await until('four fifths of four windows are used', isUsed);
      processes[0]?.signal('SIGKILL');
      const arrived = crm.rateLimit.arrived;
      await until('the other one goes on', () => crm.rateLimit.arrived >= arrived + 80);
      expectNeverAbove(crm);
    });
  });
}

function startHammering(crm: EspoCrm, database: PostgresDatabase, redis: string | null): TetheredChild {
  const told = JSON.stringify({ database: database.url, redis, target: targetOf(crm), windows });
  const script = new URL('../test/support/hammering-process.ts', import.meta.url).pathname;
  return spawnTethered({ command: process.execPath, commandArguments: [script, told] });
}

async function stopAll(processes: readonly TetheredChild[]): Promise<void> {
  for (const child of processes) child.signal('SIGKILL');
  await Promise.all(processes.map(({ exited }) => exited));
}

interface Teller {
  readonly problems: string[];
  recoveries: number;
}

/** A process with Redis in front of the store, in a hurry: it holds for less than two seconds. */
function openShared({ db }: OpenDatabase, url: string, system = 'EspoCRM', calls = windows) {
  const told: Teller = { problems: [], recoveries: 0 };
  // A slow machine must not look like a Redis that is away; one that was killed is noticed at once.
  const redis = createRedisCallLog({ url, timeoutMs: 3_000 });
  atEnd.push(() => {
    redis.close();
    return Promise.resolve();
  });
  const bySystem = new Map([[system, calls]]);
  const source = createFallbackCalls({
    windows: bySystem,
    redis,
    store: new CallLogStore(db),
    onProblem: (reason) => told.problems.push(reason),
    onRecovered: () => {
      told.recoveries += 1;
    },
    coolDownMs: 100,
  });
  const times = { takeForMs: 1_000, callMs: 500 };
  return { told, budget: createCallBudget({ windows: bySystem, source, ...times }) };
}

async function openStore(): Promise<OpenDatabase> {
  const database = await openInMemory();
  atEnd.push(() => database.close());
  return database;
}

async function runRedis(port: number): Promise<Extract<Service, { kind: 'running' }>> {
  const service = await startPrivateRedis(port);
  if (service.kind !== 'running') throw new Error(service.reason);
  atEnd.push(() => service.stop());
  return service;
}

if (redisUrl !== undefined) {
  describe('a Redis that counts', () => {
    test('may be killed and come back knowing nothing: work goes on below the limit, and it is told once', async () => {
      const [crm, database, port] = [await openTarget(), await openStore(), await freePort()];
      const redis = await runRedis(port);
      const processes = [1, 2].map(() => openShared(database, redis.address));
      const all = (holds: (told: Teller) => boolean) => processes.every(({ told }) => holds(told));
      let isOver = false;
      const loops = processes.flatMap(({ budget }) => [1, 2].map(() => hammer(budget, targetOf(crm), () => isOver)));
      const states = () => Promise.all(processes.map(async ({ budget }) => (await budget.state('EspoCRM')).limitedBy));

      await until('Redis has counted for long enough', () => all(({ recoveries }) => recoveries === 1));
      const arrived = crm.rateLimit.arrived;
      await until('Redis counts', () => crm.rateLimit.arrived >= arrived + 60);
      await redis.stop();
      await until('it is noticed', () => all(({ problems }) => problems.length === 2));
      expect(await states()).toEqual(['fallback', 'fallback']);
      const arrivedWithout = crm.rateLimit.arrived;
      await until('work goes on', () => crm.rateLimit.arrived >= arrivedWithout + 6);
      await runRedis(port);
      await until('it is used again', () => all(({ recoveries }) => recoveries === 2));
      const arrivedBefore = crm.rateLimit.arrived;
      await until('Redis counts again', () => crm.rateLimit.arrived >= arrivedBefore + 60);
      expect(await states()).toEqual(['redis', 'redis']);
      isOver = true;
      await Promise.all(loops);

      expectNeverAbove(crm);
      const [unknown, silent] = ['Redis does not know yet what was called before it started', 'Redis does not answer'];
      for (const { told } of processes) expect(told).toEqual({ problems: [unknown, silent], recoveries: 2 });
    });

    test('has nine tenths of each window, the store the rest; of a single call the store has nothing', async () => {
      const [database, hourMs] = [await openStore(), 3_600_000];
      const nobody = 'redis://127.0.0.1:9';
      const without = async (calls: number) =>
        (await openShared(database, nobody, 'X', [{ calls, perMs: hourMs }]).budget.state('X')).windows;
      const rest = await Promise.all([100, 19, 2, 1].map(without));
      expect(rest.flat().map(({ calls }) => calls)).toEqual([10, 2, 1, 0]);
      const { budget } = openShared(database, nobody, 'X', [{ calls: 1, perMs: hourMs }]);
      expect(await budget.reserve('X', 1, 'interactive')).toEqual({ kind: 'spent', retryAfterMs: 1.01 * hourMs });
    });

    test('that refuses to count is as good as none', async () => {
      const [database, system] = [await openStore(), `system-${randomUUID()}`];
      const redis = new Redis(redisUrl);
      await redis.set(`tandem:calls:${system}`, 'not a log');
      redis.disconnect();
      const { budget, told } = openShared(database, redisUrl, system);
      expect((await budget.reserve(system, 1, 'interactive')).kind).toBe('reserved');
      expect((await budget.state(system)).limitedBy).toBe('fallback');
      expect(told).toEqual({ problems: [expect.stringContaining('Redis refuses to count')], recoveries: 0 });
    });
  });
}
