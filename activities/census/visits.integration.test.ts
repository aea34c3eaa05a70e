import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { OpenDatabase } from '../../store/database.ts';
import { openInMemory } from '../../test/support/embedded.ts';
import { hints } from '../../store/schema.ts';
import { begin, carryOn, found, step, walk } from '../../test/support/census.ts';
import { type House, openHouse } from '../../test/support/house.ts';

/** Longer than any wait of a pass. */
const laterMs = 3_600_000;

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

async function imported(count: number): Promise<readonly { readonly id: string; readonly betNr: number }[]> {
  const ids = Array.from(
    { length: count },
    (_, index) => house.crm.create('CBeteiligte', { lastName: `Nr. ${index}` }).id,
  );
  await walk(house, { mode: 'backfill' });
  return ids.map((id) => ({ id, betNr: Number(house.crm.record('CBeteiligte', id)?.['betnr']) }));
}
const inbox = () => database.db.select().from(hints);
const inCrm = (id: string) => house.crm.record('CBeteiligte', id);
/** Goes on until the replica's records are visited. */
async function upToTheVisits() {
  const run = await begin(house);
  while ((await found(house, run)).phase !== 'replica') await step(house, run);
  return run;
}

describe('a system that lists nothing', () => {
  test('is visited record by record, and what was edited there is found', async () => {
    const couples = await imported(23);
    house.firm.update(couples[4]!.betNr, { vorname: 'Anne' });
    const mark = house.mark();
    const run = await begin(house);
    await carryOn(house, run);
    expect(await found(house, run)).toMatchObject({
      state: 'done',
      handedOver: 1,
      expected: { master: 23, replica: null },
      counts: { master: { seen: 23, same: 23 }, replica: { pages: 2, seen: 23, same: 22, differing: 1 } },
    });
    // One visit each, and the look at the one that differs.
    expect(house.calls(mark)).toMatchObject({ firm: 24 });
    expect(inCrm(couples[4]!.id)).toMatchObject({ firstName: 'Anne' });
    expect(await walk(house)).toMatchObject({ handedOver: 0 });
  });

  test('is not asked for what the first import has just created', async () => {
    const mark = house.mark();
    await imported(3);
    expect(house.firm.requests.count({ since: mark.firm, method: 'GET', path: 'Beteiligte' })).toBe(0);
  });

  test('a record that is gone there is asked about; the others are as they were', async () => {
    const couples = await imported(5);
    house.firm.remove(couples[2]!.betNr);
    const run = await walk(house);
    expect(run).toMatchObject({ state: 'done', handedOver: 1, counts: { replica: { seen: 4, absent: 1 } } });
    expect((await house.links()).map(({ state }) => state).sort()).toEqual([
      'linked',
      'linked',
      'linked',
      'linked',
      'parked',
    ]);
  });

  test('that says of many records that they are gone is not believed', async () => {
    const couples = await imported(14);
    for (const { betNr } of couples.slice(0, 12)) house.firm.remove(betNr);
    const run = await walk(house);
    expect(run).toMatchObject({ state: 'stopped', handedOver: 0 });
    expect(run.trouble).toContain('Advoware does not show 12 of 14 linked Beteiligte');
    expect(new Set((await house.links()).map(({ state }) => state))).toEqual(new Set(['linked']));
  });

  test('a record that alone can not be read is left to its own look, and the walk goes on', async () => {
    const couples = await imported(4);
    const path = new RegExp(`/${couples[1]!.betNr}$`);
    house.firm.faults.add({ fault: { kind: 'status', status: 500 }, path, times: 2 });
    const run = await upToTheVisits();
    expect(await step(house, run)).toMatchObject({ kind: 'wait' });
    expect((await inbox()).map(({ side, recordId }) => [side, recordId])).toEqual([
      ['replica', String(couples[1]!.betNr)],
    ]);
    await carryOn(house, run);
    expect(await found(house, run)).toMatchObject({ state: 'done', counts: { replica: { seen: 4, absent: 0 } } });
    house.clockOffsetMs = laterMs;
    expect((await house.links())[1]).toMatchObject({ state: 'linked', failure: { code: 'record_failed' } });
  });

  test('that is offline is left alone until its circuit is asked again, and what was visited is kept', async () => {
    await imported(4);
    const run = await upToTheVisits();
    house.firm.offline(true);
    expect(await step(house, run)).toMatchObject({ kind: 'wait' });
    const mark = house.mark();
    expect(await step(house, run)).toMatchObject({ kind: 'wait' });
    expect(house.calls(mark)).toEqual({ crm: 0, firm: 0 });
    expect(await found(house, run)).toMatchObject({
      state: 'running',
      phase: 'replica',
      counts: { replica: { seen: 0 } },
    });
  });
});

describe('a rebuild after the store was lost', () => {
  test("finds every couple again by what the CRM's records say, and writes nothing to either system", async () => {
    const couples = await imported(4);
    house.crm.create('CBeteiligte', { lastName: 'Neu' });
    await house.forgetEverything();
    const mark = house.mark();
    const run = await walk(house, { mode: 'rebuild' });
    expect(run).toMatchObject({ state: 'done', handedOver: 4, counts: { master: { seen: 5, unlinked: 5 } } });
    const sent = (method: string): number =>
      house.crm.requests.count({ since: mark.crm, method, path: 'CBeteiligte' }) +
      house.firm.requests.count({ since: mark.firm, method, path: 'Beteiligte' });
    expect(['POST', 'PUT', 'DELETE'].map(sent)).toEqual([0, 0, 0]);
    expect((await house.links()).map(({ masterId, replicaId, state }) => [masterId, replicaId, state]).sort()).toEqual(
      couples.map(({ id, betNr }) => [id, String(betNr), 'linked']).sort(),
    );
    expect(await walk(house, { mode: 'rebuild' })).toMatchObject({ handedOver: 0 });
    // What a rebuild leaves alone is created by the next census.
    expect(await walk(house)).toMatchObject({ state: 'done', handedOver: 1 });
    expect(house.firm.records()).toHaveLength(5);
  });
});
