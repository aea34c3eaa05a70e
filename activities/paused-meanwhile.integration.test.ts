import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { OpenDatabase } from '../store/database.ts';
import { PairStore } from '../store/pairs.ts';
import { PassStore } from '../store/passes.ts';
import { hints, ledger } from '../store/schema.ts';
import { openInMemory } from '../test/support/embedded.ts';
import { type House, openHouse } from '../test/support/house.ts';

const meier = { lastName: 'Meier', firstName: 'Anna', dateOfBirth: '2001-01-05' };
const pair = 'beteiligte';

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

const pairs = () => new PairStore(house.database.db);
const inCrm = (id: string) => house.crm.record('CBeteiligte', id)!;
const puts = () => house.crm.requests.count({ method: 'PUT' }) + house.firm.requests.count({ method: 'PUT' });

/** A pass whose pair somebody pauses right before it asks whether it may send its write of that number. */
async function passPausedBefore(write: number, id: string, trigger: 'webhook' | 'person' = 'webhook') {
  class PausedMeanwhile extends PassStore {
    #asked = 0;
    override async confirm(...given: Parameters<PassStore['confirm']>): Promise<void> {
      this.#asked += 1;
      if (this.#asked === write) await pairs().pause(pair, 'month end', house.now());
      return super.confirm(...given);
    }
  }
  await house.hint('master', id, trigger);
  const deps = { ...house.deps, passes: new PausedMeanwhile(house.database.db) };
  return house.pass(id, `sync/${pair}/${id}`, deps);
}

test('a pass that had begun when its pair was paused writes nothing, counts nothing and is made up for', async () => {
  const { id, betNr } = await house.linked(meier);
  house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
  const before = puts();
  expect((await passPausedBefore(1, id)).outcome).toEqual({ kind: 'paused' });
  expect(puts()).toBe(before);
  expect(await house.links()).toMatchObject([{ attempts: 0, failure: null, state: 'linked', leaseToken: null }]);
  const rows = await house.database.db.select({ state: ledger.state }).from(ledger);
  expect(rows.at(-1)).toEqual({ state: 'dropped' });
  expect(await house.database.db.select().from(hints)).toMatchObject([{ recordId: id }]);

  await pairs().resume(pair);
  expect((await house.pass(id)).outcome).toEqual({ kind: 'done', verdict: 'master_newer' });
  expect(house.firm.record(betNr)!.titel).toBe('Dr.');
});

test('one that had written the replica goes on from there', async () => {
  const { id, betNr } = await house.linked(meier);
  house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
  expect((await passPausedBefore(2, id)).outcome).toEqual({ kind: 'paused' });
  expect(house.firm.record(betNr)!.titel).toBe('Dr.');
  const written = house.firm.requests.count({ method: 'PUT' });
  await pairs().resume(pair);
  expect((await house.pass(id)).outcome).toMatchObject({ kind: 'done' });
  expect(house.firm.requests.count({ method: 'PUT' })).toBe(written);
  expect(inCrm(id)).toMatchObject({ titel: 'Dr.', syncStatus: 'clean' });
});

test('a record that fails at that moment keeps its failure, and its user is not told in the paused pair', async () => {
  const { id } = await house.linked(meier);
  house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
  house.firm.faults.add({ fault: { kind: 'status', status: 400, body: '{}' }, method: 'PUT', path: 'Beteiligte' });
  expect((await passPausedBefore(2, id)).outcome).toMatchObject({ kind: 'parked', code: 'rejected' });
  expect(inCrm(id)).toMatchObject({ syncStatus: 'clean' });
  expect(await house.links()).toMatchObject([{ state: 'parked', failure: { code: 'rejected' } }]);
});

test('a question that can not be asked any more is asked when the pair goes on', async () => {
  const { id, betNr } = await house.linked(meier);
  await house.linked({ lastName: 'Zeuge' });
  house.firm.remove(betNr);
  expect((await passPausedBefore(1, id, 'person')).outcome).toEqual({ kind: 'paused' });
  expect(inCrm(id)).toMatchObject({ syncStatus: 'clean' });
  await pairs().resume(pair);
  expect((await house.pass(id)).outcome).toMatchObject({ kind: 'parked', code: 'gone' });
  expect(inCrm(id)).toMatchObject({ syncStatus: 'deleted_in_advoware' });
});

test('a creation whose answer was lost in a pair that is paused then is never sent twice', async () => {
  const { id } = house.crm.create('CBeteiligte', meier);
  house.firm.faults.add({ fault: { kind: 'resetAfter' }, method: 'POST', path: 'Beteiligte' });
  expect((await passPausedBefore(2, id)).outcome).toEqual({ kind: 'paused' });
  await pairs().resume(pair);
  expect((await house.pass(id)).outcome).toMatchObject({ kind: 'parked', code: 'maybe_created' });
  expect(house.firm.records()).toHaveLength(1);
});
