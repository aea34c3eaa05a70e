import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import type { CallBudget } from '../../connectors/call-budget.ts';
import { definitionText } from '../../engine/definition-text.ts';
import { createLog } from '../../log.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { CensusViews } from '../../store/census-views.ts';
import { CircuitStore } from '../../store/circuits.ts';
import { HintStore } from '../../store/hints.ts';
import { empty } from '../../test/support/empty.ts';
import { openInMemory } from '../../test/support/embedded.ts';
import { PairStore } from '../../store/pairs.ts';
import { type CensusCounts, censusRuns } from '../../store/population-tables.ts';
import { type ApiUnderTest, callOps, RecordingStarter, refusedWith, startTestApi } from '../../test/support/api.ts';
import { people } from '../../test/support/people.ts';
import { unlimitedBudget } from '../../test/support/unlimited-budget.ts';
import { startCensusKeeper } from '../census-keeper.ts';
import { type CensusRunView, censusRun } from './census-shape.ts';

const base = '/api/v1/pairs/beteiligte/census';

let database: OpenDatabase;
let api: ApiUnderTest;
let starter: RecordingStarter;
let now: Date;
let budget: CallBudget;
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  await empty(database.db);
  starter = new RecordingStarter();
  now = new Date('2026-11-21T10:00:00Z');
  budget = unlimitedBudget;
  api = await startTestApi({
    database,
    replace: () => ({ census: starter, now: () => now, budget: () => budget }),
  });
});
afterEach(() => api.stop());

const post = (path: string, body?: unknown) => callOps(api, 'POST', `${base}${path}`, { body });
const get = (path = '') => callOps(api, 'GET', `${base}${path}`);
const begun = async (body: unknown = {}): Promise<CensusRunView> => censusRun.parse((await post('', body)).body);
const latest = async (): Promise<CensusRunView> => censusRun.parse((await get()).body);
const nothing: CensusCounts = { pages: 0, seen: 0, same: 0, differing: 0, unlinked: 0, absent: 0 };
const move = (id: string, changes: Partial<typeof censusRuns.$inferInsert>) =>
  database.db.update(censusRuns).set(changes).where(eq(censusRuns.id, id));

describe('beginning a census', () => {
  test('stores it with who asked for it, and tells Temporal', async () => {
    const { status, body } = await post('', { mode: 'backfill', dryRun: true });
    const run = censusRun.parse(body);
    expect([status, run]).toMatchObject([
      202,
      {
        ...{
          pair: 'beteiligte',
          mode: 'backfill',
          dryRun: true,
          state: 'running',
          phase: 'master',
          startedBy: 'tests',
        },
        ...{ startedAt: now.toISOString(), endedAt: null, report: null, trouble: null, waitsFor: null },
        progress: { recordsPerSecond: null, etaMs: null },
      },
    ]);
    expect(starter.started).toEqual([{ pair: 'beteiligte', runId: run.id }]);
  });

  test('compares and hands over where nothing else is said', async () => {
    expect(await begun()).toMatchObject({ mode: 'census', dryRun: false });
  });

  test('is not lost while Temporal is away: the answer says so, and it is started when Temporal is there again', async () => {
    starter.isTemporalThere = false;
    const { id, waitsFor } = await begun();
    expect(waitsFor).toMatch(/^Temporal, or the worker, does not answer; it begins by itself/);
    const { promise: isStarted, resolve } = Promise.withResolvers<unknown>();
    const keeper = startCensusKeeper({
      views: () => new CensusViews(database.db),
      starter: {
        start: (run) => {
          resolve(run);
          return Promise.resolve(true);
        },
        look: () => Promise.resolve(true),
      },
      everyMs: 5,
      log: createLog('silent'),
    });
    expect(await isStarted).toEqual({ pair: 'beteiligte', runId: id });
    await keeper.stop();
  });

  test('is refused while another one has not ended, and possible again afterwards', async () => {
    const first = await begun();
    const advice = /`tandem census beteiligte --follow` follows it, .*--cancel` ends it$/;
    expect(await post('', {})).toEqual(refusedWith(409, 'census_under_way', advice));
    await post('/pause');
    expect((await post('', {})).status).toBe(409);
    await post('/cancel');
    expect((await begun()).id).not.toBe(first.id);
  });

  test('of a kind that does not exist is refused with those that do', async () => {
    const message = /mode has to be census, backfill or rebuild/;
    expect(await post('', { mode: 'everything' })).toEqual(refusedWith(400, 'bad_request', message));
    expect(await post('', { dryRun: 'yes' })).toMatchObject({ status: 400 });
    expect(starter.started).toEqual([]);
  });

  test('needs a pair and a token', async () => {
    const path = '/api/v1/pairs/parties/census';
    expect(await callOps(api, 'POST', path, { body: {} })).toMatchObject({ status: 404 });
    for (const [method, where] of [
      ['POST', ''],
      ['GET', ''],
      ['GET', '/runs'],
      ['POST', '/cancel'],
    ] as const) {
      const answer = await callOps(api, method, `${base}${where}`, { authorization: 'Bearer nobody' });
      expect(answer.status).toBe(401);
    }
  });
});

describe('following a census', () => {
  test('shows how far it is, its rate, and an end that the budget allows', async () => {
    const { id } = await begun();
    const counted = { ...nothing, pages: 50, seen: 10_000, same: 9_990, differing: 10 };
    await move(id, {
      counts: { master: counted, replica: nothing },
      expected: { master: 20_000, replica: null },
      handedOver: 10,
      revision: 50,
    });
    await new HintStore(database.db).add(
      [{ pair: 'beteiligte', side: 'master', recordId: 'm1', trigger: 'census' }],
      now,
    );
    now = new Date('2026-11-21T10:00:10Z');
    const run = await latest();
    expect(run).toMatchObject({ handedOver: 10, waiting: 1, expected: { master: 20_000, replica: 0 } });
    expect(run.progress.recordsPerSecond).toBeCloseTo(1_000.9);
    expect(run.progress.fraction).toBeCloseTo(86 / 180);
    expect(run.progress.etaMs).toBeCloseTo((94 * 10_000) / 86);

    const windows = [{ calls: 10, perMs: 60_000, used: 0 }];
    budget = { ...unlimitedBudget, state: async (name) => ({ ...(await unlimitedBudget.state(name)), windows }) };
    // 50 more pages and 11 more looks of two calls, seven of them a minute.
    expect((await latest()).progress.etaMs).toBeCloseTo(((50 + 22) * 60_000) / 7);
  });

  test('says what it waits for', async () => {
    const { id } = await begun();
    now = new Date('2026-11-21T10:00:11Z');
    expect((await latest()).waitsFor).toMatch(/^Temporal, or the worker, does not answer/);
    await move(id, { revision: 1 });
    expect((await latest()).waitsFor).toBeNull();
    const pairs = new PairStore(database.db);
    const title = {
      master: { system: 'EspoCRM', entity: 'CBeteiligte' },
      replica: { system: 'Advoware', entity: 'Beteiligte' },
    };
    await pairs.introduce({ name: 'beteiligte', title }, definitionText(people), now);
    const trouble = {
      code: 'unavailable',
      message: 'away',
      told: 'away',
      askedForMs: null,
      excusesRecords: false,
    } as const;
    await new CircuitStore(database.db).open('Advoware', trouble, now);
    expect((await latest()).waitsFor).toMatch(/^Advoware is in trouble and asked again at 2026-/);
    await pairs.pause('beteiligte', 'month end', now);
    expect((await latest()).waitsFor).toMatch(/^beteiligte is paused, .*`tandem status beteiligte`$/);
  });

  test('shows an earlier run by its id, and the last ones, the latest first', async () => {
    expect(await get()).toEqual(refusedWith(404, 'no_census', /`tandem census beteiligte` begins one/));
    const first = await begun({ dryRun: true });
    await post('/cancel');
    now = new Date('2026-11-21T11:00:00Z');
    const second = await begun();
    expect(await latest()).toMatchObject({ id: second.id });
    expect((await get(`?run=${first.id}`)).body).toMatchObject({ id: first.id, state: 'canceled' });
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect(await get(`?run=${unknown}`)).toEqual(refusedWith(404, 'unknown_census', /There is no census/));
    expect((await get('?run=first')).status).toBe(400);
    expect((await get('/runs')).body).toMatchObject({ runs: [{ id: second.id }, { id: first.id }] });
  });

  test('the status says that nobody has imported a pair, and how much had no partner, until somebody begins it', async () => {
    const status = async () => (await callOps(api, 'GET', '/api/v1/status')).body;
    expect(await status()).toMatchObject({ pairs: [{ notImported: { withoutPartner: null } }] });
    const counts = { master: { ...nothing, seen: 9, unlinked: 7 }, replica: nothing };
    await database.db.insert(censusRuns).values({
      ...{ pair: 'beteiligte', mode: 'couples', startedBy: 'schedule', startedAt: now, endedAt: now },
      ...{ state: 'done', counts, expected: { master: 9, replica: null } },
    });
    expect(await latest()).toMatchObject({ mode: 'couples' });
    expect(await status()).toMatchObject({ pairs: [{ notImported: { withoutPartner: { master: 7, replica: 0 } } }] });
    await begun({ mode: 'backfill' });
    expect(await status()).toMatchObject({ pairs: [{ notImported: null }] });
  });

  test('a look at the couples only is nothing that a person asks for', async () => {
    expect(await post('', { mode: 'couples' })).toMatchObject({ status: 400 });
  });

  test('is part of the status while it is under way', async () => {
    const status = async () => (await callOps(api, 'GET', '/api/v1/status')).body;
    expect(await status()).toMatchObject({ pairs: [{ census: null }] });
    const { id } = await begun();
    expect(await status()).toMatchObject({ pairs: [{ census: { id, state: 'running' } }] });
    await post('/cancel');
    expect(await status()).toMatchObject({ pairs: [{ census: null }] });
  });

  test('shows why it was stopped, and has no end then', async () => {
    const { id } = await begun();
    await move(id, { state: 'stopped', trouble: 'EspoCRM shows no CBeteiligte at all', endedAt: now });
    expect(await latest()).toMatchObject({
      state: 'stopped',
      trouble: 'EspoCRM shows no CBeteiligte at all',
      progress: { etaMs: null },
    });
  });
});

describe('pausing, resuming and canceling', () => {
  test('change the run and tell who carries it out; said twice they are as said once', async () => {
    const { id } = await begun();
    const told = { pair: 'beteiligte', runId: id };
    for (const [change, state] of [
      ['pause', 'paused'],
      ['resume', 'running'],
      ['cancel', 'canceled'],
    ] as const) {
      for (const _time of ['once', 'twice']) {
        expect(await post(`/${change}`)).toMatchObject({ status: 200, body: { id, state } });
      }
    }
    expect(starter.looked).toEqual(Array.from({ length: 6 }, () => told));
    expect(await latest()).toMatchObject({ state: 'canceled', endedAt: now.toISOString() });
  });

  test('are carried out without Temporal too; a resumed one is started anew', async () => {
    const { id } = await begun();
    starter.isTemporalThere = false;
    expect(await post('/pause')).toMatchObject({ status: 200, body: { state: 'paused' } });
    expect(starter.started).toHaveLength(1);
    expect(await post('/resume')).toMatchObject({ status: 200, body: { state: 'running' } });
    expect(starter.started).toEqual(Array.from({ length: 2 }, () => ({ pair: 'beteiligte', runId: id })));
  });

  test('are refused where there is nothing to change', async () => {
    for (const change of ['pause', 'resume', 'cancel']) {
      expect(await post(`/${change}`)).toEqual(refusedWith(404, 'no_census', /There was no census of beteiligte yet/));
    }
    const { id } = await begun();
    await move(id, { state: 'done', endedAt: now });
    for (const change of ['pause', 'resume', 'cancel']) {
      const message = new RegExp(`^There is nothing to ${change}: .* is done`);
      expect(await post(`/${change}`)).toEqual(refusedWith(409, 'census_has_ended', message));
    }
  });
});
