import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { OpenDatabase } from '../../store/database.ts';
import { openInMemory } from '../../test/support/embedded.ts';
import { VisitStore } from '../../store/visits.ts';
import { type House, openHouse } from '../../test/support/house.ts';
import { unlimitedBudget } from '../../test/support/unlimited-budget.ts';
import { Watcher, type WatcherOptions } from '../../test/support/watching.ts';

const minuteMs = 60_000;

let database: OpenDatabase;
let house: House;
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  house = await openHouse({ database });
});
afterEach(() => house.close());

const couples = async (count: number): Promise<number[]> => {
  const numbers: number[] = [];
  for (let index = 0; index < count; index += 1) {
    numbers.push((await house.linked({ lastName: `Person ${index}` })).betNr);
  }
  return numbers;
};
/** One round a minute for so long. */
async function rounds(count: number, watcher: Watcher): Promise<number[]> {
  const visited: number[] = [];
  for (let round = 0; round < count; round += 1) {
    visited.push((await watcher.checkOldest()).visited);
    house.clockOffsetMs += minuteMs;
  }
  return visited;
}
const watcherOf = (options: WatcherOptions = {}): Watcher =>
  new Watcher(house, { periodMs: 10 * minuteMs, ...options });

test('every linked record is visited within the period, a few each round, and the next time when it is due again', async () => {
  await couples(6);
  const mark = house.mark();
  const watcher = watcherOf();
  expect(await rounds(5, watcher)).toEqual([2, 2, 2, 0, 0]);
  expect(await rounds(5, watcher)).toEqual([0, 0, 0, 2, 2]);
  expect(house.calls(mark)).toEqual({ crm: 0, firm: 10 });
  const { oldestAt } = await new VisitStore(database.db).summary('beteiligte', 'replica');
  expect(house.now().getTime() - (oldestAt?.getTime() ?? 0)).toBeLessThan(10 * minuteMs);
  expect(await watcher.inbox()).toEqual([]);
});

test('a record that was changed, and one that is gone, go to the inbox; the look finds out what it is', async () => {
  const [changed = 0, gone = 0] = await couples(3);
  house.firm.update(changed, { name: 'Maier' });
  house.firm.remove(gone);
  const watcher = watcherOf({ periodMs: minuteMs });
  expect(await watcher.checkOldest()).toEqual({ visited: 3, handedOver: 2 });
  const found = { side: 'replica', trigger: 'census', rungAt: null };
  expect(await watcher.inbox()).toMatchObject([
    { ...found, recordId: String(changed) },
    { ...found, recordId: String(gone) },
  ]);
});

test('a record that can not be read is handed over too, so that it does not block the others for ever', async () => {
  await couples(2);
  house.firm.faults.add({ path: /Beteiligte/, method: 'GET', fault: { kind: 'status', status: 500 } });
  const watcher = watcherOf({ periodMs: minuteMs });
  expect(await watcher.checkOldest()).toEqual({ visited: 2, handedOver: 1 });
  expect(await watcher.checkOldest()).toEqual({ visited: 0, handedOver: 0 });
});

describe('an answer that can only come of a wrong set-up', () => {
  /** Nothing is missing for this set-up where it is answered with 404. */
  const notFoundFor = (path: RegExp) =>
    house.firm.faults.add({ path, method: 'GET', fault: { kind: 'status', status: 404 }, times: Infinity });
  const unseen = async () => (await new VisitStore(database.db).summary('beteiligte', 'replica')).neverSeen;

  beforeEach(async () => {
    await house.close();
    house = await openHouse({ database, firm: { notFound: '500' } });
  });

  test('to one record alone is told once, and neither blocks the visits of the others nor stops their pair', async () => {
    const [first = 0] = await couples(3);
    notFoundFor(new RegExp(`/${first}$`));
    const watcher = watcherOf({ periodMs: 6 * minuteMs });
    expect(await rounds(4, watcher)).toEqual([1, 1, 1, 0]);
    expect(house.problems).toEqual([
      'A record can not be visited, although others can: it is left out until its next turn',
    ]);
    expect(await unseen()).toBe(0);
    expect(await watcher.inbox()).toEqual([]);
  });

  test('to every record marks none as visited: it is told, and all are visited when it is mended', async () => {
    await couples(3);
    const never = await unseen();
    notFoundFor(/Beteiligte/);
    const watcher = watcherOf({ periodMs: minuteMs });
    expect(await watcher.checkOldest()).toEqual({ visited: 0, handedOver: 0 });
    expect(house.problems).toEqual(['The visits to the records of a system can not go on; tried again']);
    expect(await unseen()).toBe(never);
    house.firm.faults.clear();
    expect((await watcher.checkOldest()).visited).toBe(3);
  });

  test('is told of, and tried again, where no other record could show whose matter it is', async () => {
    await couples(1);
    notFoundFor(/Beteiligte/);
    const mark = house.mark();
    expect(await watcherOf({ periodMs: minuteMs }).checkOldest()).toEqual({ visited: 0, handedOver: 0 });
    expect(house.calls(mark).firm).toBe(1);
    expect(house.problems).toHaveLength(1);
  });
});

test('without spare budget it stops early; the visits are made up for', async () => {
  await couples(4);
  let left = 1;
  const asked: string[] = [];
  const budget: typeof unlimitedBudget = {
    ...unlimitedBudget,
    reserve: (system, calls, priority) => {
      asked.push(priority);
      left -= 1;
      if (left < 0) return Promise.resolve({ kind: 'spent', retryAfterMs: 1 });
      return unlimitedBudget.reserve(system, calls, priority);
    },
  };
  expect((await watcherOf({ budget, periodMs: minuteMs }).checkOldest()).visited).toBe(1);
  expect(new Set(asked)).toEqual(new Set(['backfill']));
  expect((await watcherOf({ periodMs: minuteMs }).checkOldest()).visited).toBe(3);
});

test('a system that is away is not asked for one record after the other', async () => {
  await couples(4);
  house.firm.offline(true);
  const mark = house.mark();
  const watcher = watcherOf({ periodMs: minuteMs });
  expect(await watcher.checkOldest()).toEqual({ visited: 0, handedOver: 0 });
  expect(house.calls(mark).firm).toBe(1);
  expect(await watcher.checkOldest()).toEqual({ visited: 0, handedOver: 0 });
  expect(house.calls(mark).firm).toBe(1);
  expect(await watcher.inbox()).toEqual([]);
});

test('a system that fails on every record is left alone as soon as that is clear', async () => {
  await couples(8);
  house.firm.faults.add({ path: /Beteiligte/, fault: { kind: 'status', status: 500 }, times: 100 });
  expect(await watcherOf({ periodMs: minuteMs }).checkOldest()).toEqual({ visited: 5, handedOver: 5 });
});
