import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createPreviewer } from '../../activities/preview.ts';
import { definitionText } from '../../engine/definition-text.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { openInMemory } from '../../test/support/embedded.ts';
import { PairStore } from '../../store/pairs.ts';
import { links } from '../../store/schema.ts';
import { type ApiUnderTest, callOps, refusedWith, startTestApi } from '../../test/support/api.ts';
import { askingPair } from '../../test/support/asking-pair.ts';
import { type House, openHouse } from '../../test/support/house.ts';
import { everything } from '../../test/support/store.ts';
import type { Preview } from '../dependencies.ts';

const base = '/api/v1/pairs/beteiligte';

let database: OpenDatabase;
let house: House;
let api: ApiUnderTest;
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  house = await openHouse({ database, firm: { search: ['name', 'vorname'] } });
  api = await apiOf(house);
});
afterEach(async () => {
  await api.stop();
  await house.close();
});

const apiOf = ({ deps }: House, pairs = deps.pairs) => {
  const preview = createPreviewer({ ...deps, pairs });
  const { signal } = new AbortController();
  return startTestApi({ database, replace: () => ({ preview: (record) => preview(record, signal) }) });
};
const get = async (path: string) => (await callOps(api, 'GET', `${base}${path}`)).body;
const post = (path: string) => callOps(api, 'POST', `${base}${path}`);
const held = async () => ({
  crm: house.crm.records('CBeteiligte'),
  firm: house.firm.records(),
  store: await everything(database.db),
});

describe('the plan of one record', () => {
  test('has each field with its rule, and every write with the status in the master; nothing is written', async () => {
    const { id, betNr } = await house.linked({ lastName: 'Meier', titel: 'Dr.' });
    house.firm.update(betNr, { vorname: 'Anna' });
    house.crm.update('CBeteiligte', id, { titel: 'Prof.' });
    const before = await held();
    expect(await get(`/records/${id}/plan`)).toEqual({
      ...{ masterId: id, replicaId: String(betNr), message: null, open: [] },
      outcome: { kind: 'done', verdict: 'merged' },
      changes: [
        {
          ...{ action: 'set', side: 'master', field: 'firstName', attribute: 'firstName', losingValue: null },
          ...{ oldValue: null, newValue: 'Anna', rule: 'only_replica_changed' },
        },
        {
          ...{ action: 'set', side: 'replica', field: 'title', attribute: 'titel', losingValue: null },
          ...{ oldValue: 'Dr.', newValue: 'Prof.', rule: 'only_master_changed' },
        },
      ],
      writes: [
        { system: 'Advoware', action: 'update', attributes: { titel: 'Prof.' } },
        {
          system: 'EspoCRM',
          action: 'update',
          attributes: expect.objectContaining({ firstName: 'Anna', syncStatus: 'clean' }),
        },
      ],
    });
    expect(await held()).toEqual(before);
  });

  test('of one that agrees has nothing; by either id', async () => {
    const { id, betNr } = await house.linked({ lastName: 'Meier' });
    for (const name of [id, `replica:${betNr}`]) {
      expect(await get(`/records/${name}/plan`)).toMatchObject({
        ...{ masterId: id, replicaId: String(betNr) },
        ...{ outcome: { kind: 'done', verdict: 'no_change' }, changes: [], writes: [], open: [] },
      });
    }
  });

  test('of one that no pass has seen yet is its creation on the other side', async () => {
    const { id } = house.crm.create('CBeteiligte', { lastName: 'Neu' });
    expect(await get(`/records/${id}/plan`)).toMatchObject({
      ...{ masterId: id, replicaId: null, outcome: { kind: 'done', verdict: 'created' } },
      changes: [
        { action: 'create', side: 'replica', rule: 'created' },
        { action: 'set', field: 'lastName', oldValue: null, newValue: 'Neu' },
      ],
      writes: [
        { system: 'Advoware', action: 'create' },
        { system: 'EspoCRM', action: 'update' },
      ],
    });
    const { betNr } = house.firm.create({ name: 'Dort' });
    expect(await get(`/records/replica:${betNr}/plan`)).toMatchObject({ masterId: null, replicaId: String(betNr) });
    expect((await everything(database.db)).links).toEqual([]);
  });

  test('has the question that it would ask, and only that would be written', async () => {
    const { id } = house.crm.create('CBeteiligte', { lastName: 'Fremd', betnr: '999' });
    expect(await get(`/records/${id}/plan`)).toMatchObject({
      outcome: { kind: 'parked', code: 'number_unknown', system: 'Advoware' },
      message: expect.stringContaining('Advoware has no record 999'),
      changes: [],
      writes: [{ system: 'EspoCRM', action: 'update', attributes: { syncStatus: 'conflict' } }],
    });
  });

  test('has the fields that a person would have to decide', async () => {
    const { id, betNr } = await house.linked({ lastName: 'Meier' });
    house.crm.update('CBeteiligte', id, { lastName: 'Maier' });
    house.firm.update(betNr, { name: 'Mayer' });
    await api.stop();
    api = await apiOf(house, [askingPair()]);
    expect(await get(`/records/${id}/plan`)).toMatchObject({
      outcome: { kind: 'done', verdict: 'conflict' },
      changes: [],
      open: [
        {
          field: 'lastName',
          values: { master: 'Maier', replica: 'Mayer' },
          base: { master: 'Meier', replica: 'Meier' },
        },
      ],
    });
  });
});

describe('the plan of a pair', () => {
  test('goes through its couples page by page and shows those that there is something to tell of', async () => {
    const parties = [];
    for (const lastName of ['A', 'B', 'C', 'D', 'E']) parties.push(await house.linked({ lastName }));
    const [, second, , fourth, fifth] = parties;
    house.crm.update('CBeteiligte', second!.id, { titel: 'Dr.' });
    house.firm.update(fourth!.betNr, { titel: 'Dr.' });
    house.firm.remove(fifth!.betNr);
    expect(await get('/plan?limit=3')).toMatchObject({
      ...{ definitionChanges: [], looked: 3, next: 3 },
      plans: [{ masterId: second!.id, changes: [{ side: 'replica', field: 'title' }] }],
    });
    expect(await get('/plan?limit=3&after=3')).toMatchObject({
      ...{ looked: 2, next: null },
      plans: [
        { masterId: fourth!.id, changes: [{ side: 'master', field: 'title' }] },
        { masterId: fifth!.id, outcome: { kind: 'parked', code: 'gone' } },
      ],
    });
    for (const query of ['limit=0', 'limit=201']) {
      expect((await callOps(api, 'GET', `${base}/plan?${query}`)).status).toBe(400);
    }
  });

  test('shows what could not be looked at', async () => {
    const { id } = await house.linked({ lastName: 'Meier' });
    house.firm.offline(true);
    const plan = { masterId: id, outcome: { kind: 'held_back', system: 'Advoware' }, writes: [] };
    expect(await get('/plan')).toMatchObject({ looked: 1, plans: [plan] });
  });

  test('looks at four couples at a time', async () => {
    await database.db
      .insert(links)
      .values(Array.from({ length: 12 }, (_, index) => ({ pair: 'beteiligte', masterId: `m${index}` })));
    let running = 0;
    let most = 0;
    const { promise: fourRun, resolve } = Promise.withResolvers<undefined>();
    const preview = async (): Promise<Preview> => {
      running += 1;
      most = Math.max(most, running);
      if (running === 4) resolve(undefined);
      await fourRun;
      running -= 1;
      return { outcome: { kind: 'done', verdict: 'no_change' }, rows: [], writes: [], open: [], message: null };
    };
    await api.stop();
    api = await startTestApi({ database, replace: () => ({ preview }) });
    expect(await get('/plan')).toMatchObject({ looked: 12, plans: [] });
    expect(most).toBe(4);
  });
});

describe('a changed definition', () => {
  const offered = async () => {
    const store = new PairStore(database.db);
    await store.introduce(house.deps.pairs[0]!, definitionText(house.deps.pairs[0]!), new Date());
    await house.linked({ lastName: 'Meier' });
    await store.introduce(askingPair(), definitionText(askingPair()), new Date());
    return store;
  };
  const change = 'group name: the master wins → a person decides';

  test('is shown with the plan and in the status, and is accepted once', async () => {
    await offered();
    expect(await get('/plan')).toMatchObject({ definitionChanges: [change], looked: 1 });
    expect((await callOps(api, 'GET', '/api/v1/status')).body).toMatchObject({
      pairs: [{ definitionChanges: [change] }],
    });
    expect(await post('/accept')).toMatchObject({
      status: 200,
      body: { accepted: [change], pair: { name: 'beteiligte', definitionChanges: [] } },
    });
    expect(await get('/plan')).toMatchObject({ definitionChanges: [] });
    const message = 'The definition of beteiligte is in force; nothing waits to be accepted';
    expect(await post('/accept')).toEqual(refusedWith(409, 'nothing_to_accept', message));
  });

  test('is not what resume is for, and still waits where a pause ends', async () => {
    const store = await offered();
    const advice = /`tandem plan beteiligte` shows .* `tandem plan beteiligte --accept` accepts it$/;
    expect(await post('/resume')).toMatchObject(refusedWith(409, 'definition_waits', advice));
    await store.pause('beteiligte', 'month end', new Date());
    expect(await post('/resume')).toMatchObject({ status: 200, body: { paused: null, definitionChanges: [change] } });
    expect(await post('/resume')).toMatchObject(refusedWith(409, 'definition_waits', advice));
    await post('/accept');
    expect(await post('/resume')).toMatchObject({ status: 200, body: { definitionChanges: [] } });
  });
});
