import { describe, expect, test } from '@jest/globals';
import { databasesUnderTest } from '../test/support/databases.ts';
import { at, everything, plannedWrite, storeOf } from '../test/support/store.ts';
import { HintStore } from './hints.ts';
import { PairStore } from './pairs.ts';
import { RecordStore } from './records.ts';
import { ledger, links } from './schema.ts';

const pair = 'beteiligte';
const failure = { code: 'rejected', system: 'Advoware', message: 'no', at: at(0).toISOString(), seen: {} } as const;

describe.each(databasesUnderTest())('what people ask, on $name', (kind) => {
  const db = storeOf(kind);
  const records = () => new RecordStore(db());
  const stops = () => new PairStore(db());

  test("a record is found by the master's id and by replica:<id>, in its pair only", async () => {
    await db()
      .insert(links)
      .values([
        { pair, masterId: 'm1', replicaId: 'r1' },
        { pair: 'other', masterId: 'm2' },
      ]);
    const found = await Promise.all(
      ['m1', 'replica:r1', 'r1', 'replica:m1', 'm2'].map((id) => records().find(pair, id)),
    );
    expect(found.map((link) => link?.id)).toEqual([1, 1, undefined, undefined, undefined]);
  });

  test('a list goes on where the page before ended and can be limited to a state', async () => {
    const states = ['new', 'linked', 'linked', 'parked', 'linked'] as const;
    await db()
      .insert(links)
      .values(states.map((state, index) => ({ pair, masterId: `m${index + 1}`, state })));
    const page = async (state: 'linked' | null, limit: number, after: number) =>
      (await records().list(pair, { state, limit, after })).map(({ masterId }) => masterId);
    expect(await page(null, 2, 0)).toEqual(['m1', 'm2']);
    expect(await page(null, 2, 2)).toEqual(['m3', 'm4']);
    expect(await page('linked', 2, 2)).toEqual(['m3', 'm5']);
    expect(await records().list('other', { state: null, limit: 2, after: 0 })).toEqual([]);
  });

  test('the counts and the troubled records tell what needs a person and what is tried again', async () => {
    await db()
      .insert(links)
      .values([
        { pair, masterId: 'm1', state: 'linked' },
        { pair, masterId: 'm2', state: 'parked', failure, updatedAt: at(1) },
        { pair, masterId: 'm3', state: 'linked', failure, nextAttemptAt: at(9), updatedAt: at(3) },
        { pair, masterId: 'm4', state: 'linked', failure, updatedAt: at(2) },
        { pair: 'other', masterId: 'm5', state: 'parked', failure },
      ]);
    expect(await records().counts(pair)).toEqual({ new: 0, linked: 3, unlinked: 0, deleted: 0, parked: 1, waiting: 1 });
    expect((await records().troubled(pair, 10)).map(({ masterId }) => masterId)).toEqual(['m3', 'm2']);
    expect(await records().troubled(pair, 1)).toHaveLength(1);
    expect(await records().counts('unknown')).toEqual({
      new: 0,
      linked: 0,
      unlinked: 0,
      deleted: 0,
      parked: 0,
      waiting: 0,
    });
  });

  test('a history is told from the latest on, for all fields or one', async () => {
    await db()
      .insert(links)
      .values([
        { pair, masterId: 'm1' },
        { pair, masterId: 'm2' },
      ]);
    const rows = ['lastName', 'firstName', 'lastName'].map((field, index) => plannedWrite({ field, newValue: index }));
    await db()
      .insert(ledger)
      .values([...rows.map((row) => ({ ...row, linkId: 1, pair })), { ...plannedWrite(), linkId: 2, pair }]);
    const told = async (field: string | null, limit: number) =>
      (await records().history(1, { field, limit })).map(({ newValue }) => newValue);
    expect(await told(null, 10)).toEqual([2, 1, 0]);
    expect(await told('lastName', 10)).toEqual([2, 0]);
    expect(await told(null, 1)).toEqual([2]);
  });

  test.each([['7'], ['null'], ['true'], ['"quoted"'], ['{"a":1}'], [''], [7], [false], [[1, 'x', null]], [{ a: '7' }]])(
    'the value %j comes back as it was',
    async (value) => {
      await db().insert(links).values({ pair, masterId: 'm1' });
      const row = plannedWrite({ oldValue: value, newValue: value, losingValue: null });
      await db()
        .insert(ledger)
        .values({ ...row, linkId: 1, pair });
      const [told] = await records().history(1, { field: null, limit: 1 });
      expect([told?.oldValue, told?.newValue, told?.losingValue]).toEqual([value, value, null]);
    },
  );

  test('a pair that was never stopped runs; stopping again keeps the latest reason', async () => {
    expect((await stops().state(pair)).stop).toBeNull();
    await stops().pause(pair, 'month end', at(1));
    await stops().pause(pair, 'year end', at(2));
    expect((await stops().state(pair)).stop).toEqual({ since: at(2), reason: 'year end' });
    expect((await stops().state('other')).stop).toBeNull();
  });

  test('letting a pair go on frees what was hinted meanwhile, in that pair only', async () => {
    await stops().pause(pair, 'month end', at(0));
    const hinted = [pair, 'other'].map(
      (name) => ({ pair: name, side: 'master', recordId: 'm1', trigger: 'webhook' }) as const,
    );
    await new HintStore(db()).add(hinted, at(5));
    await stops().resume(pair);
    expect((await stops().state(pair)).stop).toBeNull();
    expect((await everything(db())).hints).toMatchObject([
      { pair, rungAt: null },
      { pair: 'other', rungAt: at(5) },
    ]);
    await expect(stops().resume('never stopped')).resolves.toBeUndefined();
  });
});
