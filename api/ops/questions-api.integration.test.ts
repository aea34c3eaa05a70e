import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { asc, sql } from 'drizzle-orm';
import { type QuestionCode } from '../../engine/question.ts';
import { links, pairs } from '../../store/schema.ts';
import { type ApiUnderTest, callOps, refusedWith, startTestApi } from '../../test/support/api.ts';
import { at, everything } from '../../test/support/store.ts';

const pair = 'beteiligte';
const base = `/api/v1/pairs/${pair}`;

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());
beforeEach(async () => {
  api.doorbell.rung.length = 0;
  await api.database.db.execute(sql`truncate conflicts, hints, links, ledger, pairs restart identity cascade`);
});

const call = (method: string, path: string, body?: unknown) => callOps(api, method, `${base}${path}`, { body });
const parked = (masterId: string | null, code: QuestionCode | 'rejected', replicaId: string | null = null) => ({
  ...{ pair, masterId, replicaId, state: 'parked' as const },
  failure: { code, system: 'Advoware', message: `about ${code}`, at: at(1).toISOString(), seen: {} },
});
const store = (...rows: (typeof links.$inferInsert)[]) => api.database.db.insert(links).values(rows);
const answers = async () => {
  const rows = await api.database.db.select().from(links).orderBy(asc(links.id));
  return rows.map(({ answer }) => answer?.answer ?? null);
};
const hinted = async () => (await everything(api.database.db)).hints.map(({ side, recordId }) => [side, recordId]);

describe('questions', () => {
  test('are listed with the answers that they take; what merely failed asks nothing', async () => {
    await store(
      parked('m1', 'look_alikes'),
      parked('m2', 'rejected'),
      parked('m3', 'number_unknown'),
      { ...parked('m4', 'gone', '18'), state: 'linked' },
      parked(null, 'may_not_create', '19'),
    );
    const { body } = await call('GET', '/questions');
    const asked = { system: 'Advoware', since: at(1).toISOString(), given: null };
    expect(body).toEqual({
      questions: [
        {
          ...{ ...asked, masterId: 'm1', replicaId: null },
          ...{ code: 'look_alikes', message: 'about look_alikes', answers: ['link', 'create'] },
        },
        {
          ...{ ...asked, masterId: 'm3', replicaId: null },
          ...{ code: 'number_unknown', message: 'about number_unknown', answers: [] },
        },
        {
          ...{ ...asked, masterId: null, replicaId: '19' },
          ...{ code: 'may_not_create', message: 'about may_not_create', answers: ['link'] },
        },
      ],
      next: null,
    });
  });

  test('are listed by code, page by page', async () => {
    await store(...['m1', 'm2', 'm3'].map((id) => parked(id, 'look_alikes')), parked('m4', 'loop'));
    const page = async (query: string) => (await call('GET', `/questions?${query}`)).body;
    expect(await page('code=loop')).toMatchObject({ questions: [{ masterId: 'm4' }], next: null });
    expect(await page('limit=2')).toMatchObject({ questions: [{ masterId: 'm1' }, { masterId: 'm2' }], next: 2 });
    expect(await page('limit=2&after=2')).toMatchObject({ questions: [{ masterId: 'm3' }, { masterId: 'm4' }] });
    expect((await call('GET', '/questions?code=rejected')).status).toBe(400);
  });
});

describe('an answer', () => {
  test('that fits is kept with who gave it and looked at, which is pending while Temporal is away', async () => {
    await store(parked('m1', 'look_alikes'));
    const answer = await call('POST', '/records/m1/answer', { answer: 'link', id: '4711' });
    const pending = { workflowId: 'nobody/sync/beteiligte/m1', reason: 'not_started' };
    expect(answer).toEqual({ status: 202, body: { pending } });
    const [link] = await api.database.db.select().from(links);
    expect(link?.answer).toMatchObject({ answer: { kind: 'link', id: '4711' }, by: 'tests' });
    expect((await call('GET', '/questions')).body).toMatchObject({
      questions: [{ masterId: 'm1', given: { answer: 'link', by: 'tests', at: expect.any(String) } }],
    });
    expect((await everything(api.database.db)).hints).toMatchObject([
      { recordId: 'm1', trigger: 'person', rungAt: null },
    ]);
  });

  test('goes to the couple by either id, also where only the replica has a record', async () => {
    await store(parked('m1', 'gone', '17'), parked(null, 'look_alikes', '18'));
    for (const id of ['replica:17', 'replica:18']) {
      expect((await call('POST', `/records/${id}/answer`, { answer: 'create' })).status).toBe(202);
    }
    expect(await hinted()).toEqual([
      ['master', 'm1'],
      ['replica', '18'],
    ]);
    expect(await answers()).toEqual([{ kind: 'create' }, { kind: 'create' }]);
  });

  test.each([
    ['look_alikes', { answer: 'delete' }, 'm1 asks about look_alikes, which takes: link, create'],
    ['gone', { answer: 'link', id: '7' }, 'm1 asks about gone, which takes: delete, keep, create'],
    ['delete_by_hand', { answer: 'delete' }, 'm1 asks about delete_by_hand, which takes: keep, create'],
    [
      'number_taken',
      { answer: 'create' },
      'm1 asks about number_taken, which is answered in the systems: correct it there, then `tandem sync-check beteiligte m1`',
    ],
    [
      'rejected',
      { answer: 'create' },
      'm1 asks nothing at the moment; `tandem questions beteiligte` shows the records that do',
    ],
  ] as const)('to %s that does not fit is refused with those that do', async (code, body, message) => {
    await store(parked('m1', code));
    expect(await call('POST', '/records/m1/answer', body)).toEqual(refusedWith(409, 'answer_does_not_fit', message));
    expect(await answers()).toEqual([null]);
    expect(await hinted()).toEqual([]);
  });

  test('to a record that asks nothing any more is refused', async () => {
    await store({ ...parked('m1', 'gone', '17'), state: 'linked' });
    const answer = await call('POST', '/records/m1/answer', { answer: 'keep' });
    expect(answer).toMatchObject(refusedWith(409, 'answer_does_not_fit', /asks nothing at the moment/));
  });

  test('of an unknown record, or one that can not be understood, is refused', async () => {
    await store(parked('m1', 'look_alikes'));
    const unknown = await call('POST', '/records/m9/answer', { answer: 'keep' });
    expect(unknown).toMatchObject(refusedWith(404, 'unknown_record', /sync-check beteiligte m9/));
    for (const body of [
      {},
      { answer: 'yes' },
      { answer: 'link' },
      { answer: 'link', id: 'a b' },
      { answer: 'create', id: '7' },
    ]) {
      expect((await call('POST', '/records/m1/answer', body)).status).toBe(400);
    }
    expect(await answers()).toEqual([null]);
  });
});

describe('deletions', () => {
  const hold = () => api.database.db.insert(pairs).values({ name: pair, removalsHeldAt: at(5) });
  const decide = (body: object) => call('POST', '/deletions/decide', body);

  test('that wait are listed, and whether the pair holds them', async () => {
    await store(parked('m1', 'gone', '17'), parked('m2', 'look_alikes'), parked('m3', 'deletion_held', '19'));
    expect((await call('GET', '/deletions')).body).toMatchObject({
      heldSince: null,
      questions: [{ masterId: 'm1' }, { masterId: 'm3', code: 'deletion_held', answers: ['delete', 'keep', 'create'] }],
      next: null,
    });
    await hold();
    expect((await call('GET', '/deletions?limit=1')).body).toMatchObject({ heldSince: at(5).toISOString(), next: 1 });
    expect((await callOps(api, 'GET', '/api/v1/pairs')).body).toMatchObject({
      pairs: [{ deletionsHeldSince: at(5).toISOString() }],
    });
  });

  test('are approved all at once: each has its answer and is looked at, and the pair goes on by itself', async () => {
    await hold();
    await store(parked('m1', 'deletion_held', '17'), parked(null, 'gone', '18'), parked('m3', 'look_alikes'));
    expect(await decide({ answer: 'delete', all: true })).toEqual({
      status: 200,
      body: { answered: 2, left: 0, heldSince: null },
    });
    expect(await answers()).toEqual([{ kind: 'delete' }, { kind: 'delete' }, null]);
    expect(api.doorbell.rung).toEqual([
      { pair, side: 'master', recordId: 'm1' },
      { pair, side: 'replica', recordId: '18' },
    ]);
    expect((await everything(api.database.db)).pairs).toMatchObject([
      { removalsHeldAt: null, removalsCountedFrom: expect.any(Date) },
    ]);
  });

  test('that a system does not carry out are left when all are approved', async () => {
    await store(parked('m1', 'delete_by_hand', '17'), parked('m2', 'gone', '18'));
    expect((await decide({ answer: 'delete', all: true })).body).toEqual({ answered: 1, left: 1, heldSince: null });
    expect((await decide({ answer: 'keep', all: true })).body).toEqual({ answered: 2, left: 0, heldSince: null });
    expect(await answers()).toEqual([{ kind: 'keep' }, { kind: 'keep' }]);
  });

  test('stay held until the last one that is held has its answer', async () => {
    await hold();
    await store(parked('m1', 'deletion_held', '17'), parked('m2', 'deletion_held', '18'), parked('m3', 'gone', '19'));
    const first = await decide({ answer: 'delete', ids: ['m1', 'replica:17'] });
    expect(first.body).toEqual({ answered: 1, left: 2, heldSince: at(5).toISOString() });
    const second = await decide({ answer: 'keep', ids: ['m2'] });
    expect(second.body).toEqual({ answered: 1, left: 1, heldSince: null });
  });

  test('are answered all or not at all where one id does not fit', async () => {
    await store(parked('m1', 'gone', '17'), parked('m2', 'look_alikes'), parked('m3', 'delete_by_hand', '18'));
    const other = await decide({ answer: 'delete', ids: ['m1', 'm2'] });
    const message = 'm2 asks nothing about a deletion; `tandem deletions beteiligte` shows the records that do';
    expect(other).toEqual(refusedWith(409, 'answer_does_not_fit', message));
    const byHand = await decide({ answer: 'delete', ids: ['m1', 'm3'] });
    expect(byHand).toMatchObject(refusedWith(409, 'answer_does_not_fit', /which takes: keep, create/));
    expect(await decide({ answer: 'delete', ids: ['m1', 'm9'] })).toMatchObject(
      refusedWith(404, 'unknown_record', /m9/),
    );
    expect(await answers()).toEqual([null, null, null]);
    expect(api.doorbell.rung).toEqual([]);
  });

  test.each([{ answer: 'delete' }, { answer: 'create', all: true }, { all: true }])(
    'are not answered by what does not say what and which: %j',
    async (body) => {
      expect(await decide(body)).toMatchObject(refusedWith(400, 'bad_request', /"ids": \[\.\.\.\] or "all": true/));
    },
  );
});
