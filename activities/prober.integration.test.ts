import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { CallBudget } from '../connectors/call-budget.ts';
import { Unavailable } from '../connectors/errors.ts';
import { CircuitStore } from '../store/circuits.ts';
import type { OpenDatabase } from '../store/database.ts';
import { openInMemory } from '../test/support/embedded.ts';
import { type House, openHouse, requestTimeoutMs } from '../test/support/house.ts';
import { unlimitedBudget } from '../test/support/unlimited-budget.ts';
import { probeCircuits } from './prober.ts';

let database: OpenDatabase;
let house: House;
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  house = await openHouse({ database });
  await house.deps.breaker.failed(new Unavailable('EspoCRM: away', { system: 'EspoCRM' }), '');
});
afterEach(() => house.close());

const circuits = () => new CircuitStore(database.db);
const probe = (budget: Pick<CallBudget, 'reserve'>) =>
  probeCircuits({ ...house.deps, circuits: circuits(), budget }, new AbortController().signal);

test('asking a system whether it answers again takes a call of its budget', async () => {
  const wanted: unknown[] = [];
  house.clockOffsetMs += 15_001;
  await probe({
    reserve: (...asked) => {
      wanted.push(asked);
      return unlimitedBudget.reserve(...asked);
    },
  });
  expect(wanted).toEqual([['EspoCRM', 1, 'interactive']]);
  expect(await circuits().list()).toEqual([]);
});

test('a system whose budget is spent is asked when there is room again, and not taken for one that stays away', async () => {
  house.clockOffsetMs += 15_001;
  await probe({ reserve: () => Promise.resolve({ kind: 'spent', retryAfterMs: 3_000 }) });
  expect(house.crm.requests.count()).toBe(0);
  expect(await circuits().list()).toMatchObject([{ probes: 0 }]);
  house.clockOffsetMs += 2_000;
  await probe(unlimitedBudget);
  expect(house.crm.requests.count()).toBe(0);
  house.clockOffsetMs += 1_001;
  await probe(unlimitedBudget);
  expect(await circuits().list()).toEqual([]);
});

test('an answer that could not be stored, since the database was away, is asked for again as soon as no question can be under way', async () => {
  house.clockOffsetMs += 15_001;
  const away = { reserve: () => Promise.reject(new Error('the database is away')) };
  await expect(probe(away)).rejects.toThrow('away');
  house.clockOffsetMs += 2 * requestTimeoutMs;
  await probe(unlimitedBudget);
  expect(await circuits().list()).toHaveLength(1);
  house.clockOffsetMs += 5_000;
  await probe(unlimitedBudget);
  expect(await circuits().list()).toEqual([]);
});
