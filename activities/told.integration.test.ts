import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import type { OpenDatabase } from '../store/database.ts';
import { PassStore } from '../store/passes.ts';
import { hints, links } from '../store/schema.ts';
import { openInMemory } from '../test/support/embedded.ts';
import { type House, openHouse } from '../test/support/house.ts';

const meier = { lastName: 'Meier', firstName: 'Anna', dateOfBirth: '2001-01-05' };

let database: OpenDatabase;
let house: House;
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  house = await openHouse({ database, crm: { optimisticConcurrency: false } });
});
afterEach(() => house.close());

const inCrm = (id: string) => house.crm.record('CBeteiligte', id)!;
const refused = { kind: 'status', status: 400, body: '{}' } as const;
const broken = { kind: 'status', status: 500 } as const;
const refuseOnce = () => house.firm.faults.add({ fault: refused, method: 'PUT', path: 'Beteiligte', times: 1 });

/** A pass during which something happens right before it asks whether it may send its write of that number. */
async function passWith(id: string, write: number, happens: () => unknown) {
  class Disturbed extends PassStore {
    #asked = 0;
    override async confirm(...given: Parameters<PassStore['confirm']>): Promise<void> {
      this.#asked += 1;
      if (this.#asked === write) await happens();
      return super.confirm(...given);
    }
  }
  await house.hint('master', id);
  const deps = { ...house.deps, passes: new Disturbed(house.database.db) };
  return house.pass(id, `sync/beteiligte/${id}`, deps);
}

async function dueLook(id: string) {
  expect(await house.hints.takeDue(house.now(), 10)).toMatchObject([{ recordId: id }]);
  return house.pass(id);
}

describe('an edit between the attempt and its being told as failed', () => {
  test('revives the record that was given up', async () => {
    const { id, betNr } = await house.linked(meier);
    house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
    refuseOnce();
    const { outcome } = await passWith(id, 2, () => house.crm.update('CBeteiligte', id, { titel: 'Prof.' }));
    expect(outcome).toMatchObject({ kind: 'parked', code: 'rejected' });
    expect((await dueLook(id)).outcome).toMatchObject({ kind: 'done' });
    expect(house.firm.record(betNr)!.titel).toBe('Prof.');
    expect(inCrm(id)).toMatchObject({ titel: 'Prof.', syncStatus: 'clean' });
  });

  test('ends the wait of one that is tried again later', async () => {
    const { id, betNr } = await house.linked(meier);
    house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
    house.firm.faults.add({ fault: broken, method: 'GET', path: 'Beteiligte', times: 1 });
    const { outcome } = await passWith(id, 1, () => house.crm.update('CBeteiligte', id, { titel: 'Prof.' }));
    expect(outcome).toMatchObject({ kind: 'waiting', code: 'record_failed' });
    expect((await dueLook(id)).outcome).toMatchObject({ kind: 'done' });
    expect(house.firm.record(betNr)!.titel).toBe('Prof.');
  });

  test('has a question looked at again that was made without it', async () => {
    const { id } = await house.linked(meier);
    const other = house.firm.create({ name: 'Schulz' });
    house.crm.update('CBeteiligte', id, { betnr: String(other.betNr) });
    const { betnr } = (await house.links())[0]!.statusSent!;
    const { outcome } = await passWith(id, 1, () => house.crm.update('CBeteiligte', id, { betnr }));
    expect(outcome).toMatchObject({ kind: 'parked', code: 'number_changed' });
    expect((await dueLook(id)).outcome).toMatchObject({ kind: 'done' });
    expect(inCrm(id)).toMatchObject({ betnr, syncStatus: 'clean' });
  });
});

test('a pass that loses its record while it tells of a failure gives way', async () => {
  const { id } = await house.linked(meier);
  house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
  refuseOnce();
  const { outcome } = await passWith(id, 2, () =>
    house.database.db.update(links).set({ leaseToken: 'a successor' }).where(eq(links.masterId, id)),
  );
  expect(outcome).toEqual({ kind: 'nothing' });
  expect(await house.database.db.select().from(hints)).toMatchObject([{ recordId: id, trigger: 'look_again' }]);
});

describe('what the master could not be shown when the record was parked', () => {
  type Fault = Parameters<House['crm']['faults']['add']>[0]['fault'];
  const unshown = (times: number, fault: Fault = broken) =>
    house.crm.faults.add({ fault, method: 'PUT', path: 'CBeteiligte', times });
  const unread = () => house.crm.faults.add({ fault: broken, method: 'GET', path: 'CBeteiligte' });
  const dueIn = async (ms: number, id: string) => {
    house.clockOffsetMs += ms;
    return (await dueLook(id)).outcome;
  };
  const puts = () => house.crm.requests.count({ method: 'PUT' }) + house.firm.requests.count({ method: 'PUT' });
  const expectNoMoreLooks = async () => {
    expect(await house.database.db.select().from(hints)).toEqual([]);
  };
  const givenUp = { kind: 'parked', code: 'rejected', system: 'Advoware' };

  async function givenUpUntold(times: number, fault?: Fault) {
    const couple = await house.linked(meier);
    house.crm.update('CBeteiligte', couple.id, { titel: 'Dr.' });
    refuseOnce();
    unshown(times, fault);
    expect((await house.sync(couple.id)).outcome).toEqual(givenUp);
    return couple;
  }

  test.each([1, 3])('is shown later, and nothing else is written or counted: refused %s times', async (times) => {
    const { id } = await givenUpUntold(times);
    expect(inCrm(id)).toMatchObject({ syncStatus: 'clean' });
    const before = puts();
    for (let time = 0; time < times; time += 1) expect(await dueIn(60_001 * 4 ** time, id)).toEqual(givenUp);
    expect(inCrm(id)).toMatchObject({ syncStatus: 'permanently_failed', syncRetryCount: 1 });
    expect(puts()).toBe(before + times);
    expect(await house.links()).toMatchObject([{ state: 'parked', attempts: 1 }]);
    await expectNoMoreLooks();
  });

  test('is not written once more if it shows, because only the answer was lost', async () => {
    const { id } = await givenUpUntold(1, { kind: 'resetAfter' });
    const before = puts();
    expect(await dueIn(60_001, id)).toEqual(givenUp);
    expect(inCrm(id)).toMatchObject({ syncStatus: 'permanently_failed' });
    expect(puts()).toBe(before);
    await expectNoMoreLooks();
  });

  test('is shown by a look at the other record too, whoever asks for it', async () => {
    const { id, betNr } = await givenUpUntold(1);
    await house.hint('replica', String(betNr), 'census');
    expect((await house.pass(id)).outcome).toEqual(givenUp);
    expect(inCrm(id)).toMatchObject({ syncStatus: 'permanently_failed' });
    await expectNoMoreLooks();
  });

  test('is shown where it is a question, even if the record could not be read either meanwhile', async () => {
    const { id } = await house.linked(meier);
    const { betNr: other } = house.firm.create({ name: 'Schulz' });
    house.crm.update('CBeteiligte', id, { betnr: String(other) });
    unshown(1);
    const asked = { kind: 'parked', code: 'number_changed', system: 'EspoCRM' };
    expect((await house.sync(id)).outcome).toEqual(asked);
    unread();
    expect(await dueIn(60_001, id)).toEqual(asked);
    expect(await dueIn(240_001, id)).toEqual(asked);
    expect(inCrm(id)).toMatchObject({ syncStatus: 'conflict', betnr: String(other) });
    await expectNoMoreLooks();
  });

  test('is not shown any more once an edit has helped', async () => {
    const { id, betNr } = await givenUpUntold(1);
    house.crm.update('CBeteiligte', id, { titel: 'Prof.' });
    expect(await dueIn(60_001, id)).toMatchObject({ kind: 'done' });
    expect(house.firm.record(betNr)!.titel).toBe('Prof.');
    expect(inCrm(id)).toMatchObject({ syncStatus: 'clean' });
    await expectNoMoreLooks();
  });
});
