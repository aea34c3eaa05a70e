import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { OpenDatabase } from '../store/database.ts';
import { openInMemory } from '../test/support/embedded.ts';
import { type House, openHouse } from '../test/support/house.ts';
import { reconcile } from './reconcile.ts';

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

/** Looks at a key until it is settled, as its workflow would. */
async function untilSettled(key: string): Promise<void> {
  for (let look = await house.pass(key); look.again || look.outcome.kind === 'waiting'; look = await house.pass(key)) {
    house.clockOffsetMs += 2_000;
  }
}

test('our own new record is announced before its link is stored: still one record on each side', async () => {
  const { betNr } = house.firm.create({ name: 'Meier', vorname: 'Anna', geburtsdatum: '2001-01-05T00:00:00' });
  const key = `replica:${betNr}`;
  const announced: string[] = [];
  const espo = house.deps.connectors['EspoCRM']!;
  const early = new Proxy(espo, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (name !== 'create' || typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        const created = (await Reflect.apply(value, target, args)) as { id: string };
        announced.push(created.id);
        await house.hint('master', created.id);
        await house.pass(created.id);
        return created;
      };
    },
  });
  await house.hint('replica', String(betNr), 'person');
  const attempt = {
    owner: key,
    token: 'first',
    signal: new AbortController().signal,
    leaseMs: 1_000,
    isOurs: () => true,
  };
  const deps = { ...house.deps, connectors: { ...house.deps.connectors, EspoCRM: early } };
  await reconcile(deps, { pair: 'beteiligte', key }, attempt);
  house.clockOffsetMs += 2_000;
  await untilSettled(key);
  for (const id of announced) await untilSettled(id);

  expect(announced).toHaveLength(1);
  expect(house.crm.records('CBeteiligte')).toMatchObject([
    { lastName: 'Meier', betnr: String(betNr), syncStatus: 'clean' },
  ]);
  expect(house.firm.records()).toHaveLength(1);
  expect(await house.links()).toMatchObject([{ masterId: announced[0], replicaId: String(betNr), state: 'linked' }]);
  expect((await house.ledger()).filter(({ state }) => state === 'planned')).toEqual([]);
});

test('a namesake in the CRM is a question, not a second record and not a merge; entering the number answers it', async () => {
  const namesake = house.crm.create('CBeteiligte', { lastName: 'Meier', firstName: 'Anna' });
  const { betNr } = house.firm.create({ name: 'Meier', vorname: 'Anna' });
  const summary = await house.sync(`replica:${betNr}`, 'person');
  expect(summary.outcome).toEqual({ kind: 'parked', code: 'look_alikes', system: 'EspoCRM' });
  expect(house.crm.records('CBeteiligte')).toHaveLength(1);
  expect(await house.links()).toMatchObject([
    { state: 'parked', failure: { message: expect.stringContaining(namesake.id) } },
  ]);
  house.crm.update('CBeteiligte', namesake.id, { betnr: String(betNr) });
  expect((await house.sync(namesake.id)).outcome.kind).toBe('done');
  expect(await house.links()).toMatchObject([
    { masterId: namesake.id, replicaId: String(betNr), state: 'linked', failure: null },
  ]);
});
