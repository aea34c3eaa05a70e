import { beforeEach, expect, test } from '@jest/globals';
import type { CensusRun } from '../../store/census-runs.ts';
import { portalCompanies } from '../../store/portal/work-tables.ts';
import { hints } from '../../store/schema.ts';
import type { CensusStep } from '../../workflows/contract.ts';
import { begin, carryOn, found, type Walked, withPagesOf } from '../../test/support/census.ts';
import { Crash, type CrashPoint, dyingAt } from '../../test/support/crash.ts';
import { empty } from '../../test/support/empty.ts';
import { portalHouseUnderTest } from '../../test/support/portal-house-under-test.ts';
import { until } from '../../test/support/until.ts';
import { PageAhead } from './page-ahead.ts';
import { stepCensus } from './step-census.ts';

const pageLength = 2;

const under = portalHouseUnderTest();
let walked: Walked;
beforeEach(() => {
  for (let n = 1; n <= 5; n += 1) under.house.productive.create('companies', { name: `Company ${n}` });
  const pass = (key: string) => under.house.look({ pair: 'companies', key });
  walked = withPagesOf(
    { deps: under.house.deps, database: under.database, now: () => under.house.now(), pass },
    pageLength,
  );
});

const requests = () => under.house.calls(0).filter((call) => call === 'GET /companies').length;
const imported = async () =>
  (await under.database.db.select({ name: portalCompanies.name }).from(portalCompanies)).map(({ name }) => name).sort();

const all = () =>
  under.house.productive
    .records('companies')
    .map((record) => record['name'])
    .sort();

/** Pages, and before the first one a request for the number of records. */
const needed = () => Math.ceil(all().length / pageLength) + 1;

/** Steps of one activity, until the walk has ended. */
async function walkAhead({ deps }: Pick<Walked, 'deps'>, run: CensusRun, ahead: PageAhead): Promise<void> {
  const { signal } = new AbortController();
  for (let last: CensusStep['kind'] = 'moved'; last !== 'ended';) {
    last = (await stepCensus(deps, { pair: run.pair, runId: run.id }, { signal, ahead })).kind;
    if (last === 'wait' || last === 'paused') throw new Error(`It came to '${last}'`);
  }
}

test('while the rows of a page are stored the next page is on its way, and none is read twice', async () => {
  const run = await begin(walked, { pair: 'companies', mode: 'backfill' });
  const { censusRuns } = walked.deps;
  let landed = 0;
  const land = async (...given: Parameters<typeof censusRuns.land>): Promise<boolean> => {
    const isPage = given[1].work !== null;
    if (isPage) landed += 1;
    const asked = Math.min(landed + 2, needed());
    if (isPage) await until(`request ${asked} was sent`, () => requests() === asked, 30_000);
    return censusRuns.land(...given);
  };
  const slowly = new Proxy(censusRuns, {
    get: (store, name) => {
      const value: unknown = Reflect.get(store, name, store);
      if (name === 'land') return land;
      return typeof value === 'function' ? (...given: unknown[]): unknown => Reflect.apply(value, store, given) : value;
    },
  });
  await walkAhead({ deps: { ...walked.deps, censusRuns: slowly } }, run, new PageAhead(() => true));
  expect([requests(), landed]).toEqual([needed(), needed() - 1]);
  expect(await imported()).toEqual(all());
});

test('a step that another one has overtaken leaves its page, and the walk goes on where it is', async () => {
  const run = await begin(walked, { pair: 'companies', mode: 'backfill' });
  const { signal } = new AbortController();
  const step = (ahead: PageAhead) => stepCensus(walked.deps, { pair: run.pair, runId: run.id }, { signal, ahead });
  const mine = new PageAhead(() => true);
  await step(mine);
  await step(new PageAhead(() => false));
  await walkAhead(walked, run, mine);
  expect(await imported()).toEqual(all());
  expect(requests()).toBe(needed() + 1);
});

/** A walk in a process that dies at the point, carried on by another one. */
async function walkDying(point: CrashPoint | null) {
  const run = await begin(walked, { pair: 'companies', mode: 'backfill' });
  const { deps, calls } = dyingAt(walked.deps, point);
  const died = await walkAhead({ deps }, run, new PageAhead(() => true)).then(
    () => false,
    (error: unknown) => {
      if (error instanceof Crash) return true;
      throw error;
    },
  );
  if (died) await carryOn(walked, run);
  const { state, counts } = await found(walked, run);
  return {
    calls: calls(),
    end: { died, state, counts, rows: await imported(), left: await under.database.db.select().from(hints) },
  };
}

test('a process that dies at any call: another one comes to the same end, and reads two pages again at most', async () => {
  const untouched = await walkDying(null);
  expect(untouched.end).toMatchObject({ died: false, state: 'done', rows: all(), left: [] });
  expect([untouched.calls > 15, requests()]).toEqual([true, needed()]);
  for (let call = 1; call <= untouched.calls; call += 1) {
    for (const moment of ['before', 'after'] as const) {
      await empty(under.database.db);
      const before = requests();
      const { end } = await walkDying({ call, moment });
      expect({ call, moment, ...end }).toEqual({ call, moment, ...untouched.end, died: true });
      expect(requests() - before).toBeLessThanOrEqual(needed() + 2);
    }
  }
});
