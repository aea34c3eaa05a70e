import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { OpenDatabase } from '../store/database.ts';
import { openInMemory } from '../test/support/embedded.ts';
import { type House, openHouse, requestTimeoutMs } from '../test/support/house.ts';
import { CircuitStore } from '../store/circuits.ts';
import { eq } from 'drizzle-orm';
import { PartnerBusy } from '../store/pass-errors.ts';
import { hints, links } from '../store/schema.ts';

const meier = { lastName: 'Meier', firstName: 'Anna', dateOfBirth: '2001-01-05' };

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

const inCrm = (id: string) => house.crm.record('CBeteiligte', id)!;
const passIn = async (ms: number, id: string) => {
  house.clockOffsetMs += ms;
  return house.pass(id);
};

describe('outages', () => {
  const circuits = () => new CircuitStore(house.database.db).list();

  test('while Advoware is offline a record keeps its place, counts nothing and is not written to', async () => {
    const { id, betNr } = await house.linked(meier);
    house.firm.offline(true);
    house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
    const version = inCrm(id)['versionNumber'];
    expect((await house.sync(id)).outcome).toEqual({ kind: 'held_back', code: 'unavailable', system: 'Advoware' });
    expect(await house.links()).toMatchObject([{ attempts: 0, waits: 0, failure: { code: 'unavailable' } }]);
    expect(await circuits()).toMatchObject([{ system: 'Advoware', code: 'unavailable', probes: 0 }]);
    expect(house.problems).toEqual([expect.stringContaining('in trouble')]);
    expect(inCrm(id)['versionNumber']).toBe(version);

    const mark = house.mark();
    expect((await house.pass(id)).outcome).toEqual({ kind: 'held_back', code: 'unavailable', system: 'Advoware' });
    expect(house.calls(mark)).toEqual({ crm: 0, firm: 0 });

    house.firm.offline(false);
    await new CircuitStore(house.database.db).close('Advoware', 'back', house.now());
    expect((await house.pass(id)).outcome).toEqual({ kind: 'done', verdict: 'master_newer' });
    expect(house.firm.record(betNr)!.titel).toBe('Dr.');
  });

  test('a wrong key is no attempt of any record, and is not shown again', async () => {
    const { id } = await house.linked(meier);
    house.crm.faults.add({ fault: { kind: 'status', status: 401 } });
    expect((await house.sync(id, 'person')).outcome).toMatchObject({ kind: 'held_back', code: 'auth_failed' });
    expect(await house.links()).toMatchObject([{ attempts: 0 }]);
    const [circuit] = await circuits();
    expect(circuit!.nextProbeAt.getTime() - circuit!.openedAt.getTime()).toBe(60_000);
  });

  test('a pause that the system asks for is kept to, by everybody, and nobody is alarmed', async () => {
    const { id } = await house.linked(meier);
    const fault = { kind: 'status', status: 429, headers: { 'Retry-After': '40' } } as const;
    house.firm.faults.add({ fault, path: 'Beteiligte' });
    expect((await house.sync(id, 'person')).outcome).toMatchObject({ kind: 'held_back', code: 'rate_limited' });
    const [circuit] = await circuits();
    expect(circuit!.nextProbeAt.getTime() - circuit!.openedAt.getTime()).toBe(40_000);
    expect(house.problems).toEqual([]);
  });

  test('a question that was asked before the outage is still known after it', async () => {
    const { id, betNr } = await house.linked(meier);
    house.firm.remove(betNr);
    const asked = (await house.sync(id, 'person')).outcome;
    expect(asked).toMatchObject({ kind: 'parked' });
    house.firm.offline(true);
    expect((await house.sync(id, 'person')).outcome).toMatchObject({ kind: 'held_back', code: 'unavailable' });
    expect(await house.links()).toMatchObject([
      { state: 'parked', failure: { code: asked.kind === 'parked' && asked.code } },
    ]);
  });
});

test('a question shows no attempts of the failure before it, so that asking it again writes nothing', async () => {
  const { id, betNr } = await house.linked(meier);
  house.firm.faults.add({ fault: { kind: 'status', status: 500 }, method: 'GET', path: 'Beteiligte' });
  expect((await house.sync(id, 'person')).outcome).toMatchObject({ kind: 'waiting', code: 'record_failed' });
  expect(inCrm(id)).toMatchObject({ syncStatus: 'failed', syncRetryCount: 1 });
  house.firm.remove(betNr);
  await house.linked({ lastName: 'Zeuge' });
  expect((await house.sync(id, 'person')).outcome).toMatchObject({ kind: 'parked', code: 'gone' });
  expect(inCrm(id)).toMatchObject({ syncRetryCount: 0 });
  const mark = house.crm.requests.mark();
  await house.sync(id, 'person');
  expect(house.crm.requests.count({ since: mark, method: 'PUT' })).toBe(0);
});

describe('a record that was given up', () => {
  test('is revived once a day if the house wants that, and an edit or its own message changes nothing about when', async () => {
    const { id } = await house.linked(meier);
    const reviving = { ...house.deps, retry: { ...house.deps.retry, reviveAfterMs: 86_400_000 } };
    const look = () => house.pass(id, `sync/beteiligte/${id}`, reviving);
    house.firm.faults.add({
      fault: { kind: 'status', status: 400, body: '{}' },
      method: 'PUT',
      path: 'Beteiligte',
      times: 1,
    });
    house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
    await house.hint('master', id);
    expect((await look()).outcome).toMatchObject({ kind: 'parked', code: 'rejected' });
    await house.hint('master', id);
    expect((await look()).outcome).toMatchObject({ kind: 'parked', code: 'rejected' });
    expect(inCrm(id)).toMatchObject({ syncStatus: 'permanently_failed' });

    house.clockOffsetMs += 86_400_001;
    expect((await look()).outcome).toEqual({ kind: 'done', verdict: 'master_newer' });
    expect(inCrm(id)).toMatchObject({ syncStatus: 'clean', syncRetryCount: 0 });
  });
});

test("a person's word on a parked record is kept while another record's pass is in the way", async () => {
  const { id, betNr } = await house.linked(meier);
  const refused = { kind: 'status', status: 400, body: '{}' } as const;
  house.firm.faults.add({ fault: refused, method: 'PUT', path: 'Beteiligte' });
  house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
  expect((await house.sync(id)).outcome).toMatchObject({ kind: 'parked', code: 'rejected' });
  await house.hint('master', id, 'person');
  const inTheWay = {
    ...house.deps,
    passes: { ...bound(house.deps.passes), settle: () => Promise.reject(new PartnerBusy()) },
  };
  const waiting = await house.pass(id, `sync/beteiligte/${id}`, inTheWay);
  expect(waiting.outcome).toMatchObject({ kind: 'waiting', code: 'partner_busy' });
  expect((await passIn(1_001, id)).outcome).toMatchObject({ kind: 'done' });
  expect(house.firm.record(betNr)!.titel).toBe('Dr.');
});

describe('a write of unknown fate', () => {
  test.each(['webhook', 'person'] as const)(
    'is given its time before anybody looks again, so that it undoes no newer edit: a %s',
    async (trigger) => {
      const { id, betNr } = await house.linked(meier);
      house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
      house.firm.faults.add({ fault: { kind: 'resetBefore' }, method: 'PUT', path: 'Beteiligte' });
      await house.sync(id);
      house.crm.update('CBeteiligte', id, { titel: 'Prof.' });
      const mark = house.mark();
      expect((await house.sync(id, trigger)).outcome).toMatchObject({ kind: 'waiting', code: 'ambiguous_write' });
      expect(house.calls(mark)).toEqual({ crm: 0, firm: 0 });
      // What was sent first reaches Advoware only now.
      house.firm.update(betNr, { titel: 'Dr.' });
      house.clockOffsetMs += requestTimeoutMs + 1;
      expect(await house.hints.takeDue(house.now(), 10)).toMatchObject([{ recordId: id, trigger }]);
      await house.pass(id);
      expect([inCrm(id)['titel'], house.firm.record(betNr)!.titel]).toEqual(['Prof.', 'Prof.']);
    },
  );

  test('is looked at once more a quarter of an hour later, when it has arrived after all', async () => {
    const { id, betNr } = await house.linked(meier);
    house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
    house.firm.faults.add({ fault: { kind: 'resetBefore' }, method: 'PUT', path: 'Beteiligte' });
    expect((await house.sync(id)).outcome).toMatchObject({ kind: 'waiting', code: 'ambiguous_write' });
    expect((await passIn(requestTimeoutMs + 1, id)).outcome).toEqual({ kind: 'done', verdict: 'master_newer' });
    expect(await house.database.db.select().from(hints)).toMatchObject([{ trigger: 'look_again' }]);
    expect(await house.hints.depth(house.now())).toEqual({ waiting: 0, oldestDueAt: null });

    // What was sent first reaches Advoware only now, over an edit that somebody has made since.
    house.crm.update('CBeteiligte', id, { titel: 'Prof.' });
    await house.sync(id);
    house.firm.update(betNr, { titel: 'Dr.' });
    house.clockOffsetMs += 900_000;
    expect(await house.hints.takeDue(house.now(), 10)).toMatchObject([{ recordId: id }]);
    const late = await house.pass(id);
    expect(late.outcome).toEqual({ kind: 'done', verdict: 'replica_newer' });
    expect(inCrm(id)['titel']).toBe('Dr.');
    expect(await house.database.db.select().from(hints)).toEqual([]);
  });
});

describe('a process that is halted', () => {
  /** As if the machine had been suspended for so long while the store was answering. */
  const haltedWhileConfirming = (ms: number) => ({
    ...house.deps,
    passes: {
      ...bound(house.deps.passes),
      confirm: async (...given: Parameters<typeof house.deps.passes.confirm>) => {
        await house.deps.passes.confirm(...given);
        house.clockOffsetMs += ms;
      },
    },
  });

  test('in the middle of asking whether the record is still its own writes nothing when it wakes up', async () => {
    const { id, betNr } = await house.linked(meier);
    house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
    await house.hint('master', id);
    const late = await house.pass(id, `sync/beteiligte/${id}`, haltedWhileConfirming(20_000));
    expect(late.outcome).toEqual({ kind: 'held_back', code: 'stopped', system: 'Advoware' });
    expect(house.firm.requests.count({ method: 'PUT' })).toBe(0);
    expect(await house.links()).toMatchObject([{ attempts: 0, state: 'linked' }]);
    expect((await house.pass(id)).outcome).toEqual({ kind: 'done', verdict: 'master_newer' });
    expect(house.firm.record(betNr)!.titel).toBe('Dr.');
  });

  test('creates no second record, even where nothing can be searched', async () => {
    const { id } = house.crm.create('CBeteiligte', meier);
    await house.hint('master', id);
    const late = await house.pass(id, `sync/beteiligte/${id}`, haltedWhileConfirming(20_000));
    expect(late.outcome).toEqual({ kind: 'held_back', code: 'stopped', system: 'Advoware' });
    expect(house.firm.records()).toEqual([]);
    expect((await house.pass(id)).outcome).toEqual({ kind: 'done', verdict: 'created' });
    expect(house.firm.records()).toHaveLength(1);
  });

  test('after its write has gone out has the record looked at once more, since its successor may have looked before', async () => {
    const { id, betNr } = await house.linked(meier);
    house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
    await house.hint('master', id);
    const overtaken = {
      ...house.deps,
      passes: {
        ...bound(house.deps.passes),
        settle: async (...given: Parameters<typeof house.deps.passes.settle>) => {
          await house.database.db.update(links).set({ leaseToken: 'a successor' }).where(eq(links.id, given[0].id));
          return house.deps.passes.settle(...given);
        },
        finish: async (...given: Parameters<typeof house.deps.passes.finish>) => {
          await house.database.db.update(links).set({ leaseToken: 'a successor' }).where(eq(links.id, given[0].id));
          return house.deps.passes.finish(...given);
        },
      },
    };
    expect((await house.pass(id, `sync/beteiligte/${id}`, overtaken)).outcome).toEqual({ kind: 'nothing' });
    expect(house.firm.record(betNr)!.titel).toBe('Dr.');
    expect(await house.database.db.select().from(hints)).toMatchObject([{ trigger: 'look_again' }]);
  });
});

/** The methods of an object as properties of their own, so that single ones can be replaced. */
function bound<T extends object>(target: T): T {
  return new Proxy(target, {
    get: (object, name) => {
      const value: unknown = Reflect.get(object, name, object);
      return typeof value === 'function' ? (value.bind(object) as unknown) : value;
    },
    ownKeys: (object) =>
      Reflect.ownKeys(Object.getPrototypeOf(object) as object).filter((key) => key !== 'constructor'),
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  });
}
