import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { CallLogStore } from '../store/call-log.ts';
import { openInMemory, takeAway } from '../test/support/embedded.ts';
import { databasesUnderTest } from '../test/support/databases.ts';
import { openDatabase, until } from '../test/support/house.ts';
import type { CallBudget, CallReservation } from './call-budget.ts';
import { type CallLog, createLoggedCalls } from './call-log.ts';
import { createCallBudget } from './call-reservation.ts';
import { createRedisCallLog, type RedisCallLog } from './redis-call-log.ts';

const redisUrl = process.env['TEST_REDIS_URL'];
const openLogs: RedisCallLog[] = [];
afterEach(() => {
  for (const log of openLogs.splice(0)) log.close();
});

const hourly = [{ calls: 20, perMs: 3_600_000 }];
const budgetOver = (log: CallLog, system: string, windows = hourly, times = {}): CallBudget => {
  const bySystem = new Map([[system, windows]]);
  return createCallBudget({
    windows: bySystem,
    source: createLoggedCalls({ log, windows: bySystem, limitedBy: 'store' }),
    ...times,
  });
};
const reserved = async (budget: CallBudget, system: string, ...[calls, priority = 'interactive']: Wanted) => {
  const result = await budget.reserve(system, calls, priority);
  if (result.kind === 'spent') throw new Error(`spent, room in ${result.retryAfterMs} ms`);
  return result.reservation;
};
type Wanted = [calls: number, priority?: Parameters<CallBudget['reserve']>[2]];
const takeAll = async (reservation: CallReservation, calls: number): Promise<void> => {
  for (let call = 0; call < calls; call += 1) await reservation.take();
};

const openRedis = (url: string): RedisCallLog => {
  const log = createRedisCallLog({ url });
  openLogs.push(log);
  return log;
};

/** As if this Redis had been counting the system's calls for long. */
async function remember(url: string, system: string): Promise<void> {
  const redis = new Redis(url);
  const [, run = ''] = /run_id:(\w+)/.exec(await redis.info('server')) ?? [];
  await redis.zadd(`tandem:calls:${system}`, '+inf', `run:${run}`);
  redis.disconnect();
}

interface Logs {
  /** A log of a further process. */
  readonly open: (system: string) => Promise<CallLog>;
  readonly close: () => Promise<void>;
}
const logsOfRedis = (url: string) => (): Promise<Logs> =>
  Promise.resolve({
    open: async (system) => {
      await remember(url, system);
      return openRedis(url);
    },
    close: () => Promise.resolve(),
  });
const kinds: readonly (readonly [string, () => Promise<Logs>])[] = [
  ...databasesUnderTest().map((kind) => {
    const open = async (): Promise<Logs> => {
      const opened = await openDatabase(kind);
      return {
        open: () => Promise.resolve(new CallLogStore(opened.database.db)),
        close: () => opened.drop(),
      };
    };
    return [kind.name, open] as const;
  }),
  ...(redisUrl === undefined ? [] : [['Redis', logsOfRedis(redisUrl)] as const]),
];

describe.each(kinds)('a budget counted in %s', (_name, start) => {
  let logs: Logs;
  beforeAll(async () => {
    logs = await start();
  });
  afterAll(() => logs.close());
  const fresh = async (windows = hourly, times = {}) => {
    const system = `system-${randomUUID()}`;
    return { system, budget: budgetOver(await logs.open(system), system, windows, times) };
  };

  test('gives four processes that ask at once exactly as often three as twenty hold', async () => {
    const system = `system-${randomUUID()}`;
    const opened = await Promise.all([1, 2, 3, 4].map(() => logs.open(system)));
    const budgets = opened.map((log) => budgetOver(log, system));
    const asked = budgets.flatMap((budget) =>
      Array.from({ length: 15 }, () => budget.reserve(system, 3, 'interactive')),
    );
    const answers = (await Promise.all(asked)).map(({ kind }) => kind);
    expect(answers.filter((kind) => kind === 'reserved')).toHaveLength(6);
  });

  test('takes back what was not used, and counts what was', async () => {
    const { system, budget } = await fresh();
    const reservation = await reserved(budget, system, 20);
    await takeAll(reservation, 5);
    expect((await budget.reserve(system, 1, 'interactive')).kind).toBe('spent');
    await reservation.settle();
    expect(await budget.state(system)).toEqual({
      windows: [{ calls: 20, perMs: 3_600_000, used: 5 }],
      available: { interactive: 15, webhook: 13, catch_up: 11, census: 9, backfill: 9 },
      limitedBy: 'store',
    });
    await (await reserved(budget, system, 4)).settle();
    expect((await budget.state(system)).windows[0]?.used).toBe(5);
  });

  test('keeps a share for those who are more urgent', async () => {
    const { system, budget } = await fresh();
    const spent = async (...[calls, priority]: Required<Wanted>) =>
      (await budget.reserve(system, calls, priority)).kind === 'spent';
    await reserved(budget, system, 14, 'backfill');
    expect(await spent(1, 'census')).toBe(true);
    await reserved(budget, system, 2, 'catch_up');
    await reserved(budget, system, 2, 'webhook');
    expect([await spent(1, 'webhook'), await spent(3, 'interactive')]).toEqual([true, true]);
    await reserved(budget, system, 2, 'interactive');
    expect((await budget.state(system)).available).toMatchObject({ interactive: 0, backfill: 0 });
  });

  test('gives more than was reserved one by one, until nothing is left', async () => {
    const { system, budget } = await fresh([{ calls: 3, perMs: 3_600_000 }]);
    const reservation = await reserved(budget, system, 2);
    await takeAll(reservation, 3);
    await expect(reservation.take()).rejects.toMatchObject({
      code: 'budget_spent',
      system,
      message: `${system}: the budget of calls is spent (Tandem's own limit)`,
    });
    await reservation.settle();
    expect((await budget.state(system)).windows).toMatchObject([{ used: 3 }]);
  });

  test('cuts what can never be had to what can', async () => {
    const { system, budget } = await fresh();
    await reserved(budget, system, 21, 'webhook');
    expect((await budget.state(system)).windows).toMatchObject([{ used: 18 }]);
  });

  test('gets back what a process held that died, when its calls can have arrived', async () => {
    const { system, budget } = await fresh([{ calls: 20, perMs: 4_000 }], { takeForMs: 50, callMs: 50 });
    await reserved(budget, system, 20);
    expect((await budget.reserve(system, 1, 'interactive')).kind).toBe('spent');
    await until('there is room', async () => (await budget.reserve(system, 20, 'interactive')).kind === 'reserved');
  });
});

describe('with a store that is gone', () => {
  const windows = new Map([
    ['EspoCRM', hourly],
    ['second EspoCRM', []],
  ]);
  let budget: CallBudget;
  let reservation: CallReservation;
  beforeAll(async () => {
    const database = await openInMemory();
    const log = new CallLogStore(database.db);
    budget = createCallBudget({ windows, source: createLoggedCalls({ log, windows, limitedBy: 'store' }) });
    reservation = await reserved(budget, 'EspoCRM', 1);
    await takeAway(database);
  });

  test.each(['Advoware', 'second EspoCRM'])('a system without a budget is not limited: %s', async (system) => {
    const free = await reserved(budget, system, 1, 'backfill');
    await takeAll(free, 1_000);
    await free.settle();
    expect(await budget.state(system)).toEqual({
      windows: [],
      available: { interactive: Infinity, webhook: Infinity, catch_up: Infinity, census: Infinity, backfill: Infinity },
      limitedBy: 'nothing',
    });
  });

  test('settling does not fail', async () => {
    await expect(reservation.settle()).resolves.toBeUndefined();
  });

  test('nothing is reserved of a budget', async () => {
    await expect(budget.reserve('EspoCRM', 1, 'interactive')).rejects.toThrow();
  });
});
