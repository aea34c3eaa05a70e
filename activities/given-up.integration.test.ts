import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { OpenDatabase } from '../store/database.ts';
import { openInMemory } from '../test/support/embedded.ts';
import { type House, openHouse } from '../test/support/house.ts';

const meier = { lastName: 'Meier', firstName: 'Anna', dateOfBirth: '2001-01-05' };
const recheckAfterMs = 900_001;

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
const sent = (method: 'PUT' | 'POST') => house.firm.requests.count({ method, path: 'Beteiligte' });
const passIn = async (ms: number, id: string) => {
  house.clockOffsetMs += ms;
  return house.pass(id);
};

/** No answer to any write of this kind, and none of them takes effect. */
const unanswered = (method: 'PUT' | 'POST') =>
  house.firm.faults.add({ fault: { kind: 'resetBefore' }, method, path: 'Beteiligte', times: Infinity });

async function untilGivenUp(id: string): Promise<void> {
  let { outcome } = await house.sync(id);
  while (outcome.kind === 'waiting') outcome = (await passIn((outcome.retryInMs ?? 0) + 1, id)).outcome;
  expect(outcome).toEqual({ kind: 'parked', code: 'ambiguous_write', system: 'Advoware' });
  expect(await house.links()).toMatchObject([{ state: 'parked', attempts: 5 }]);
}

/** How often a look is booked; Infinity if there seems to be no end. */
async function bookedLooks(id: string): Promise<number> {
  for (let looks = 0; looks < 5; looks += 1) {
    house.clockOffsetMs += recheckAfterMs;
    if ((await house.hints.takeDue(house.now(), 10)).length === 0) return looks;
    await house.pass(id);
  }
  return Infinity;
}

describe('a party whose writes are never answered', () => {
  test('is given up once: the look that is booked then writes nothing, counts nothing and is the last one', async () => {
    const { id } = await house.linked(meier);
    house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
    unanswered('PUT');
    await untilGivenUp(id);
    const before = [sent('PUT'), house.crm.requests.count({ method: 'PUT' })];
    expect(await bookedLooks(id)).toBe(1);
    expect([sent('PUT'), house.crm.requests.count({ method: 'PUT' })]).toEqual(before);
    expect(await house.links()).toMatchObject([{ state: 'parked', attempts: 5, failure: { code: 'ambiguous_write' } }]);
    expect(inCrm(id)).toMatchObject({ syncStatus: 'permanently_failed', syncRetryCount: 5 });
  });

  test('is not created again and again either, where it can be searched', async () => {
    await house.close();
    house = await openHouse({ database, firm: { search: ['name', 'vorname'] } });
    const { id } = house.crm.create('CBeteiligte', meier);
    unanswered('POST');
    await untilGivenUp(id);
    const before = sent('POST');
    expect(await bookedLooks(id)).toBeLessThanOrEqual(2);
    expect(sent('POST')).toBe(before);
    expect(await house.links()).toMatchObject([{ state: 'parked', attempts: 5 }]);
  });

  test('ends equal by itself when the last write has landed late', async () => {
    const { id, betNr } = await house.linked(meier);
    house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
    unanswered('PUT');
    await untilGivenUp(id);
    const before = sent('PUT');
    house.firm.update(betNr, { titel: 'Dr.' });
    expect((await passIn(recheckAfterMs, id)).outcome).toMatchObject({ kind: 'done' });
    expect(sent('PUT')).toBe(before);
    expect(inCrm(id)).toMatchObject({ syncStatus: 'clean', syncRetryCount: 0 });
    expect(await house.links()).toMatchObject([{ state: 'linked', attempts: 0, failure: null }]);
  });

  test('is found by the booked look when it was created late after all', async () => {
    await house.close();
    house = await openHouse({ database, firm: { search: ['name', 'vorname'] } });
    const { id } = house.crm.create('CBeteiligte', meier);
    unanswered('POST');
    await untilGivenUp(id);
    const before = sent('POST');
    const late = house.firm.create({ name: 'Meier', vorname: 'Anna', geburtsdatum: '2001-01-05T00:00:00' });
    expect((await passIn(recheckAfterMs, id)).outcome).toMatchObject({ kind: 'done' });
    expect(sent('POST')).toBe(before);
    expect(inCrm(id)).toMatchObject({ betnr: String(late.betNr), syncStatus: 'clean' });
  });

  test.each(['webhook', 'person'] as const)(
    'is written again when an edit or a person asks for it: %s',
    async (who) => {
      const { id, betNr } = await house.linked(meier);
      house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
      unanswered('PUT');
      await untilGivenUp(id);
      house.firm.faults.clear();
      if (who === 'webhook') house.crm.update('CBeteiligte', id, { titel: 'Prof.' });
      house.clockOffsetMs += 60_000;
      expect((await house.sync(id, who)).outcome).toMatchObject({ kind: 'done' });
      expect(house.firm.record(betNr)!.titel).toBe(inCrm(id)['titel']);
    },
  );

  test('is taken up by the booked look where somebody has edited it meanwhile and no hint has said so', async () => {
    const { id, betNr } = await house.linked(meier);
    house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
    unanswered('PUT');
    await untilGivenUp(id);
    house.firm.faults.clear();
    house.crm.update('CBeteiligte', id, { titel: 'Prof.' });
    expect((await passIn(recheckAfterMs, id)).outcome).toMatchObject({ kind: 'done' });
    expect(house.firm.record(betNr)!.titel).toBe('Prof.');
  });
});
