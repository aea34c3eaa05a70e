import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { ledger, links } from '../../store/schema.ts';
import { type ApiUnderTest, callOps, refusedWith, startTestApi } from '../../test/support/api.ts';
import { plannedCreation, plannedWrite } from '../../test/support/store.ts';

const pair = 'beteiligte';
const base = `/api/v1/pairs/${pair}`;

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());
beforeEach(async () => {
  await api.database.db.execute(sql`truncate conflicts, hints, links, ledger, pairs restart identity cascade`);
});
const call = (method: string, path: string) => callOps(api, method, path);

describe('records', () => {
  test('an unknown record is told how to look at it', async () => {
    const message = 'Tandem has not seen m1 yet; `tandem sync-check beteiligte m1` looks at it';
    expect(await call('GET', `${base}/records/m1`)).toEqual(refusedWith(404, 'unknown_record', message));
    expect(await call('GET', `${base}/records/m1/history`)).toEqual(refusedWith(404, 'unknown_record', message));
  });

  test('an id that can not be one is refused', async () => {
    for (const id of ['a%20b', 'a%2Fb', '%00', 'x'.repeat(101)]) {
      expect(await call('GET', `${base}/records/${id}`)).toMatchObject(refusedWith(400, 'bad_request', /./));
    }
  });

  test('one is shown with what is known of it, by either id', async () => {
    const at = new Date('2031-05-06T07:08:09.123Z');
    const failure = {
      code: 'rejected',
      system: 'Advoware',
      message: 'Name is missing',
      at: at.toISOString(),
      seen: { master: { name: 'secret' } },
    } as const;
    await api.database.db.insert(links).values({
      ...{
        pair,
        masterId: 'm1',
        replicaId: '17',
        state: 'parked',
        lastVerdict: 'merged',
        syncedAt: at,
        attempts: 3,
        failure,
      },
      fieldNotes: {
        rank: { kind: 'not_taken', side: 'replica', since: at.toISOString() },
      },
    });
    const shown = await call('GET', `${base}/records/m1`);
    const { seen: _seen, ...told } = failure;
    expect(shown.body).toEqual({
      ...{ masterId: 'm1', replicaId: '17', state: 'parked', lastVerdict: 'merged', syncedAt: at.toISOString() },
      ...{ attempts: 3, nextAttemptAt: null, failure: told },
      fieldNotes: { rank: { kind: 'not_taken', side: 'replica', since: at.toISOString() } },
    });
    expect(await call('GET', `${base}/records/replica:17`)).toEqual(shown);
  });

  const page = z.object({ records: z.array(z.object({ masterId: z.string() })), next: z.number().nullable() });
  const pageAt = async (query: string) => {
    const { records, next } = page.parse((await call('GET', `${base}/records?${query}`)).body);
    return { ids: records.map(({ masterId }) => masterId), next };
  };

  test('are listed page by page, each once, to the end', async () => {
    const all = Array.from({ length: 23 }, (_, index) => `m${index}`);
    await api.database.db.insert(links).values(all.map((masterId) => ({ pair, masterId })));
    const ids: string[] = [];
    for (let after: number | null = 0; after !== null;) {
      const { ids: more, next } = await pageAt(`limit=10&after=${after}`);
      ids.push(...more);
      after = next;
    }
    expect(ids).toEqual(all);
    expect((await pageAt('')).next).toBeNull();
  });

  test('are listed by state; questions that make no sense are refused', async () => {
    await api.database.db.insert(links).values([
      { pair, masterId: 'm1', state: 'parked' },
      { pair, masterId: 'm2' },
    ]);
    expect(await pageAt('state=parked')).toEqual({ ids: ['m1'], next: null });
    for (const query of ['state=lost', 'limit=0', 'limit=201', 'limit=x', 'after=-1']) {
      expect((await call('GET', `${base}/records?${query}`)).status).toBe(400);
    }
  });

  test('a history tells the losing value, of one field or all, the latest first', async () => {
    await api.database.db.insert(links).values({ pair, masterId: 'm1' });
    const rows = [
      plannedCreation('Meier', { state: 'written' }),
      plannedWrite({ losingValue: 'Mayer', rule: 'both_changed_master_wins', state: 'written' }),
      plannedWrite({ field: 'born', oldValue: null, newValue: '7' }),
    ];
    for (const row of rows) await api.database.db.insert(ledger).values({ ...row, linkId: 1, pair });
    const { body } = await call('GET', `${base}/records/m1/history`);
    expect(body).toMatchObject({
      history: [
        { field: 'born', oldValue: null, newValue: '7', losingValue: null, state: 'planned' },
        {
          field: 'lastName',
          oldValue: 'Meier',
          newValue: 'Maier',
          losingValue: 'Mayer',
          rule: 'both_changed_master_wins',
        },
        { action: 'create', field: null },
      ],
    });
    expect((await call('GET', `${base}/records/m1/history?field=born`)).body).toMatchObject({
      history: [{ field: 'born' }],
    });
    expect((await call('GET', `${base}/records/m1/history?limit=501`)).status).toBe(400);
  });
});
