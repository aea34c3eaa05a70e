import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { empty } from '../../test/support/empty.ts';
import { until } from '../../test/support/house.ts';
import { type ApiUnderTest, callOps, refusedWith, startTestApi } from '../../test/support/api.ts';
import { at, everything, insertsInto } from '../../test/support/store.ts';
import { links, type StoredFailure } from '../../store/schema.ts';

const pair = 'beteiligte';
const base = `/api/v1/pairs/${pair}`;

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());
beforeEach(async () => {
  api.doorbell.rung.length = 0;
  await empty(api.database.db);
});

const call = (method: string, path: string, body?: unknown) => callOps(api, method, `${base}${path}`, { body });
const failure = (code: StoredFailure['code']): StoredFailure => ({
  code,
  system: 'Advoware',
  message: `about ${code}`,
  at: at(1).toISOString(),
  seen: {},
});
const store = (...rows: Omit<typeof links.$inferInsert, 'pair'>[]) =>
  api.database.db.insert(links).values(rows.map((row) => ({ pair, ...row })));
const hints = async () => (await everything(api.database.db)).hints;
const hinted = async () => (await hints()).map(({ side, recordId, trigger }) => [side, recordId, trigger]);

/** One of each: given up twice, waiting, asking, clean, and waiting as a record that only the replica has. */
const oneOfEach = () =>
  store(
    { masterId: 'm1', replicaId: '1', state: 'parked', failure: failure('rejected'), attempts: 1 },
    { masterId: 'm2', state: 'parked', failure: failure('record_failed'), attempts: 5 },
    { masterId: 'm3', state: 'linked', failure: failure('unavailable'), nextAttemptAt: at(60_000) },
    { masterId: 'm4', state: 'parked', failure: failure('maybe_created') },
    { masterId: 'm5', state: 'linked' },
    { replicaId: '6', state: 'new', failure: failure('record_failed'), attempts: 2, nextAttemptAt: at(60_000) },
  );

describe('records that have failed', () => {
  test('are listed with the reason and the next attempt; what asks something is not among them', async () => {
    await oneOfEach();
    const reason = { system: 'Advoware', failedAt: at(1).toISOString() };
    const givenUp = { ...reason, state: 'permanently_failed', nextAttemptAt: null };
    const waiting = { ...reason, state: 'waiting', nextAttemptAt: at(60_000).toISOString() };
    expect((await call('GET', '/failed')).body).toEqual({
      records: [
        { masterId: 'm1', replicaId: '1', code: 'rejected', message: 'about rejected', attempts: 1, ...givenUp },
        {
          masterId: 'm2',
          replicaId: null,
          code: 'record_failed',
          message: 'about record_failed',
          attempts: 5,
          ...givenUp,
        },
        { masterId: 'm3', replicaId: null, code: 'unavailable', message: 'about unavailable', attempts: 0, ...waiting },
        {
          masterId: null,
          replicaId: '6',
          code: 'record_failed',
          message: 'about record_failed',
          attempts: 2,
          ...waiting,
        },
      ],
      next: null,
    });
  });

  test('can be limited to one code and read page by page', async () => {
    await oneOfEach();
    const ids = async (query: string) => {
      const { body } = await call('GET', `/failed${query}`);
      const { records, next } = body as { records: { masterId: string | null }[]; next: number | null };
      return { ids: records.map(({ masterId }) => masterId), next };
    };
    expect(await ids('?code=record_failed')).toEqual({ ids: ['m2', null], next: null });
    expect(await ids('?limit=2')).toEqual({ ids: ['m1', 'm2'], next: 2 });
    expect(await ids('?limit=2&after=2')).toEqual({ ids: ['m3', null], next: 6 });
    expect((await call('GET', '/failed?code=DROP TABLE')).status).toBe(400);
  });
});

describe('trying all again', () => {
  test('a person asks for a look at every record that has failed; questions and clean ones are left alone', async () => {
    await oneOfEach();
    expect(await call('POST', '/retry', { all: true })).toEqual({ status: 200, body: { retried: 4 } });
    expect(await hinted()).toEqual([
      ['master', 'm1', 'person'],
      ['master', 'm2', 'person'],
      ['master', 'm3', 'person'],
      ['replica', '6', 'person'],
    ]);
    expect(api.doorbell.rung).toHaveLength(4);
  });

  test('only those with one code, if it is named', async () => {
    await oneOfEach();
    expect((await call('POST', '/retry', { all: true, code: 'record_failed' })).body).toEqual({ retried: 2 });
    expect(await hinted()).toEqual([
      ['master', 'm2', 'person'],
      ['replica', '6', 'person'],
    ]);
  });

  test('of a code of questions touches none', async () => {
    await oneOfEach();
    expect((await call('POST', '/retry', { all: true, code: 'maybe_created' })).body).toEqual({ retried: 0 });
    expect(await hinted()).toEqual([]);
  });

  test('three thousand are stored by one statement, and everybody is rung', async () => {
    const many = Array.from({ length: 3_000 }, (_, n) => `m${n}`);
    await store(...many.map((masterId) => ({ masterId, state: 'parked' as const, failure: failure('record_failed') })));
    const statements = await insertsInto(api.database.db, 'hints', () => call('POST', '/retry', { all: true }));
    expect(statements).toBe(1);
    expect(await hints()).toHaveLength(3_000);
    await until('everybody was rung', () => api.doorbell.rung.length === 3_000);
  });

  test.each([{}, { all: false }, { all: true, code: 'Not a code' }, { all: true, ids: ['m1'] }])(
    'a body that does not say so is refused: %j',
    async (body) => {
      await oneOfEach();
      expect((await call('POST', '/retry', body)).status).toBe(400);
      expect(await hinted()).toEqual([]);
    },
  );
});

describe('trying one again', () => {
  test('looks at it now, as a person', async () => {
    await oneOfEach();
    const { status, body } = await call('POST', '/records/m1/retry');
    expect([status, body]).toEqual([202, { pending: { workflowId: `nobody/sync/${pair}/m1`, reason: 'not_started' } }]);
    expect(await hinted()).toEqual([['master', 'm1', 'person']]);
  });

  test('a question, a clean record and an unknown one are refused, with what to do', async () => {
    await oneOfEach();
    expect(await call('POST', '/records/m4/retry')).toEqual(
      refusedWith(409, 'asks_a_question', /`tandem questions beteiligte`/),
    );
    expect(await call('POST', '/records/m5/retry')).toEqual(
      refusedWith(409, 'not_failed', /`tandem sync-check beteiligte m5`/),
    );
    expect((await call('POST', '/records/m9/retry')).status).toBe(404);
    expect(await hinted()).toEqual([]);
  });
});
