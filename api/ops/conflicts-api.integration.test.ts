import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { conflicts, links } from '../../store/schema.ts';
import { type ApiUnderTest, callOps, refusedWith, startTestApi } from '../../test/support/api.ts';
import { at, everything } from '../../test/support/store.ts';

const pair = 'beteiligte';

let api: ApiUnderTest;
beforeAll(async () => {
  const other = { system: 'EspoCRM', entity: 'Contact' };
  const known = { system: 'EspoCRM', entity: 'CBeteiligte' };
  api = await startTestApi({
    pairs: [
      { name: pair, master: known, replica: { system: 'Advoware', entity: 'Beteiligte' } },
      { name: 'contacts', master: other, replica: { system: 'second EspoCRM', entity: 'Contact' } },
    ],
  });
});
afterAll(() => api.stop());
beforeEach(async () => {
  api.doorbell.rung.length = 0;
  await api.database.db.execute(sql`truncate conflicts, hints, links, ledger, pairs restart identity cascade`);
  await api.database.db.insert(links).values([
    { pair, masterId: 'm1', replicaId: '17' },
    { pair, masterId: 'm2', replicaId: '18' },
    { pair: 'contacts', masterId: 'c1', replicaId: 'd1' },
  ]);
});

const call = (method: string, path: string, body?: unknown) => callOps(api, method, `/api/v1${path}`, { body });
const open = (linkId: number, field: string, more: Partial<typeof conflicts.$inferInsert> = {}) => ({
  ...{ linkId, pair: linkId === 3 ? 'contacts' : pair, field, openedAt: at(linkId) },
  ...{ valueMaster: `${field} M${linkId}`, valueReplica: `${field} R${linkId}`, baseMaster: null, baseReplica: 'old' },
  ...more,
});
const store = (...rows: (typeof conflicts.$inferInsert)[]) => api.database.db.insert(conflicts).values(rows);
const stored = (id: number) => api.database.db.select().from(conflicts).where(eq(conflicts.id, id));
const hinted = async () =>
  (await everything(api.database.db)).hints.map(({ recordId, trigger }) => [recordId, trigger]);
const page = z.object({ conflicts: z.array(z.object({ id: z.number() })), next: z.number().nullable() });
const listed = async (query = '') => {
  const { conflicts: found, next } = page.parse((await call('GET', `/conflicts${query}`)).body);
  return { ids: found.map(({ id }) => id), next };
};

describe('open conflicts', () => {
  test('are listed with both values, what was agreed before, and the ids of their couple', async () => {
    await store(open(1, 'lastName', { valueReplica: ['a', { b: 1 }] }));
    expect((await call('GET', '/conflicts')).body).toEqual({
      conflicts: [
        {
          ...{ id: 1, pair, masterId: 'm1', replicaId: '17', field: 'lastName' },
          values: { master: 'lastName M1', replica: ['a', { b: 1 }] },
          base: { master: null, replica: 'old' },
          ...{ state: 'open', resolution: null, decidedBy: null, decidedAt: null },
          openedAt: at(1).toISOString(),
        },
      ],
      next: null,
    });
  });

  test('are listed by pair, field and state, those that are closed never', async () => {
    await store(
      open(1, 'lastName'),
      open(2, 'lastName', { state: 'decided', resolution: { kind: 'take', side: 'master' } }),
      open(1, 'title'),
      open(3, 'lastName'),
      open(2, 'title', { state: 'resolved', closedAt: at(9) }),
      open(2, 'rank', { state: 'vanished', closedAt: at(9) }),
    );
    expect(await listed()).toEqual({ ids: [1, 2, 3, 4], next: null });
    expect(await listed(`?pair=${pair}`)).toEqual({ ids: [1, 2, 3], next: null });
    expect(await listed(`?pair=${pair}&field=lastName`)).toEqual({ ids: [1, 2], next: null });
    expect(await listed('?state=open')).toEqual({ ids: [1, 3, 4], next: null });
    expect(await listed('?state=decided')).toEqual({ ids: [2], next: null });
    expect(await listed('?state=all-open')).toEqual({ ids: [1, 2, 3, 4], next: null });
  });

  test('are listed page by page, each once', async () => {
    await store(...['a', 'b', 'c', 'd', 'e'].map((field) => open(1, field)));
    const first = await listed('?limit=2');
    expect(first).toEqual({ ids: [1, 2], next: 2 });
    expect(await listed('?limit=2&after=2')).toEqual({ ids: [3, 4], next: 4 });
    expect(await listed('?limit=2&after=4')).toEqual({ ids: [5], next: null });
  });

  test('of a pair that does not exist, or in a way that makes no sense, are refused', async () => {
    expect(await call('GET', '/conflicts?pair=parties')).toMatchObject(refusedWith(404, 'unknown_pair', /beteiligte/));
    for (const query of ['state=closed', 'limit=0', 'limit=201', 'after=-1']) {
      expect((await call('GET', `/conflicts?${query}`)).status).toBe(400);
    }
  });

  test('are counted in the status', async () => {
    await store(open(1, 'lastName'), open(1, 'title', { state: 'decided' }), open(2, 'lastName'), open(3, 'lastName'));
    expect((await call('GET', '/status')).body).toMatchObject({
      pairs: [
        { name: pair, openConflicts: 2 },
        { name: 'contacts', openConflicts: 1 },
      ],
    });
  });
});

describe('a decision', () => {
  beforeEach(() => store(open(1, 'lastName'), open(2, 'lastName'), open(1, 'title'), open(3, 'lastName')));

  test.each([
    [{ take: 'replica' }, { kind: 'take', side: 'replica' }],
    [{ take: 'master' }, { kind: 'take', side: 'master' }],
    [{ value: 'Meier-Schulz' }, { kind: 'value', value: 'Meier-Schulz' }],
    [{ value: null }, { kind: 'value', value: null }],
    [{ value: ['a', 1] }, { kind: 'value', value: ['a', 1] }],
  ])('%j is stored with who made it, and the couple is looked at', async (body, resolution) => {
    const answer = await call('POST', '/conflicts/1/decide', body);
    const decided = { id: 1, masterId: 'm1', field: 'lastName', state: 'decided', resolution, decidedBy: 'tests' };
    expect(answer).toMatchObject({ status: 200, body: { ...decided, decidedAt: expect.any(String) } });
    expect(await stored(1)).toMatchObject([{ state: 'decided', resolution, decidedBy: 'tests' }]);
    expect(await listed('?state=decided')).toEqual({ ids: [1], next: null });
    expect(await hinted()).toEqual([['m1', 'person']]);
    expect(api.doorbell.rung).toEqual([{ pair, side: 'master', recordId: 'm1' }]);
  });

  test('can be changed until it is carried out', async () => {
    await call('POST', '/conflicts/1/decide', { take: 'master' });
    await call('POST', '/conflicts/1/decide', { take: 'replica' });
    expect(await stored(1)).toMatchObject([{ state: 'decided', resolution: { kind: 'take', side: 'replica' } }]);
  });

  test('about a conflict that is closed by now is refused, and so is one about none', async () => {
    await store(
      open(2, 'title', { state: 'resolved', closedAt: at(9) }),
      open(2, 'rank', { state: 'vanished', closedAt: at(9) }),
    );
    for (const [id, field] of [
      [5, 'title'],
      [6, 'rank'],
    ]) {
      const message = `Conflict ${id} is closed by now; \`tandem explain beteiligte m2 ${field}\` shows what was written`;
      const answer = await call('POST', `/conflicts/${id}/decide`, { take: 'master' });
      expect(answer).toEqual(refusedWith(409, 'conflict_closed', message));
    }
    const message = 'There is no conflict 99; `tandem conflicts` shows those that are open';
    expect(await call('POST', '/conflicts/99/decide', { take: 'master' })).toEqual(
      refusedWith(404, 'unknown_conflict', message),
    );
    expect(await hinted()).toEqual([]);
  });

  test.each([{}, { take: 'both' }, { take: 'master', value: 'x' }, [], { side: 'master' }])(
    'that can not be understood is refused with what it has to say: %j',
    async (body) => {
      const answer = await call('POST', '/conflicts/1/decide', body);
      expect(answer).toMatchObject(
        refusedWith(400, 'bad_request', /^The body has to say \{"take": "master"\}.*\{"value": …\}/),
      );
      expect(await stored(1)).toMatchObject([{ state: 'open' }]);
    },
  );
});

describe('the same decision for many conflicts', () => {
  beforeEach(() => store(open(1, 'lastName'), open(2, 'lastName'), open(1, 'title'), open(3, 'lastName')));
  const decided = async (body: object) => {
    const shape = z.object({ decided: z.array(z.object({ id: z.number() })) });
    return shape.parse((await call('POST', '/conflicts/decide', body)).body).decided.map(({ id }) => id);
  };

  test('is made for those of one field of one pair', async () => {
    expect(await decided({ pair, field: 'lastName', take: 'replica' })).toEqual([1, 2]);
    expect(await listed('?state=open')).toMatchObject({ ids: [3, 4] });
    expect(await hinted()).toEqual([
      ['m1', 'person'],
      ['m2', 'person'],
    ]);
    expect(api.doorbell.rung).toHaveLength(2);
  });

  test('is made for those that are named, of which other pairs are left alone', async () => {
    expect(await decided({ pair, ids: [3, 4], value: 'x' })).toEqual([3]);
    expect(await stored(4)).toMatchObject([{ state: 'open' }]);
  });

  test('is made for all of a pair, each couple looked at once', async () => {
    expect(await decided({ pair, all: true, take: 'master' })).toEqual([1, 2, 3]);
    expect(await hinted()).toEqual([
      ['m1', 'person'],
      ['m2', 'person'],
    ]);
  });

  test('is refused if it does not say which', async () => {
    const answer = await call('POST', '/conflicts/decide', { pair, take: 'master' });
    expect(answer).toMatchObject(refusedWith(400, 'bad_request', /"field", "ids" or "all": true/));
    for (const body of [
      { all: true, take: 'master' },
      { pair, all: false, take: 'master' },
      { pair, all: true },
    ]) {
      expect(await call('POST', '/conflicts/decide', body)).toMatchObject(refusedWith(400, 'bad_request', /pair/));
    }
    expect(await listed('?state=decided')).toMatchObject({ ids: [] });
  });

  test('is refused where nothing is open', async () => {
    const message = 'No open conflict fits; `tandem conflicts beteiligte` shows those that are open';
    const answer = await call('POST', '/conflicts/decide', { pair, field: 'rank', take: 'master' });
    expect(answer).toEqual(refusedWith(409, 'nothing_to_decide', message));
    expect(await call('POST', '/conflicts/decide', { pair: 'parties', all: true, take: 'master' })).toMatchObject(
      refusedWith(404, 'unknown_pair', /beteiligte/),
    );
  });
});
