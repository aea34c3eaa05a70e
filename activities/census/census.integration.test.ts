import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Side, sides } from '../../engine/values.ts';
import { CensusUnderWay } from '../../store/census-runs.ts';
import { censusFindings } from '../../store/population-tables.ts';
import { hints } from '../../store/schema.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { begin, carryOn, found, step, walk, type Walked, withPagesOf } from '../../test/support/census.ts';
import { empty } from '../../test/support/empty.ts';
import { databasesUnderTest } from '../../test/support/databases.ts';
import { openDatabase } from '../../test/support/house.ts';
import { Offices } from '../../test/support/offices.ts';

const person = (index: number) => ({
  lastName: `Person ${String(index).padStart(3, '0')}`,
  firstName: 'Toni',
  emailAddress: `p${index}@example.com`,
});

describe.each(databasesUnderTest())('a census of two EspoCRMs, on $name', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let database: OpenDatabase;
  let offices: Offices;
  /** Five records on a page. */
  let small: Walked;
  beforeAll(async () => {
    opened = await openDatabase(kind);
    database = opened.database;
  });
  afterAll(() => opened.drop());
  beforeEach(async () => {
    offices = await Offices.open({ database });
    small = withPagesOf(offices, 5);
  });
  afterEach(() => offices.close());

  const create = (side: Side, from: number, count: number): string[] =>
    Array.from({ length: count }, (_, index) => offices.crm[side].create('Contact', person(from + index)).id);
  const edit = (side: Side, id: string, attributes: Readonly<Record<string, unknown>>) => {
    offices.crm[side].silentUpdate('Contact', id, attributes);
  };
  /** Couples that were made by a first import. */
  async function imported(count: number): Promise<{ readonly id: string; readonly twin: string }[]> {
    const ids = create('master', 0, count);
    await walk(offices, { mode: 'backfill' });
    return ids.map((id) => ({ id, twin: String(offices.read('master', id)?.['cTwinId']) }));
  }
  const lists = (mark: Readonly<Record<Side, number>>, side: Side): number =>
    offices.crm[side].requests.count({ since: mark[side], method: 'GET', path: /\/Contact$/ });
  const writes = (mark: Readonly<Record<Side, number>>): number =>
    sides.reduce(
      (sum, side) =>
        sum +
        ['POST', 'PUT', 'DELETE'].reduce(
          (count, method) => count + offices.crm[side].requests.count({ since: mark[side], method }),
          0,
        ),
      0,
    );
  const inbox = () => database.db.select().from(hints);
  const surnames = (side: Side) =>
    offices
      .living(side)
      .map(({ lastName }) => String(lastName))
      .sort();

  describe('a first import', () => {
    test('creates what is missing on either side, and is done with one run', async () => {
      create('master', 0, 7);
      create('replica', 100, 4);
      const run = await walk(small, { mode: 'backfill' });
      expect(run).toMatchObject({ state: 'done', phase: 'end', trouble: null });
      expect(run.endedAt).not.toBeNull();
      expect(surnames('master')).toEqual(surnames('replica'));
      expect(surnames('master')).toHaveLength(11);
      expect(new Set((await offices.stored().links()).map(({ state }) => state))).toEqual(new Set(['linked']));
      expect(await inbox()).toEqual([]);
    });

    test('counts what it finds, and knows how much there is', async () => {
      create('master', 0, 7);
      create('replica', 100, 4);
      const run = await walk(small, { mode: 'backfill' });
      expect(run.counts.master).toEqual({ pages: 2, seen: 7, same: 0, differing: 0, unlinked: 7, absent: 0 });
      // Those that the first half has created are couples by now.
      expect(run.counts.replica).toEqual({ pages: 3, seen: 11, same: 7, differing: 0, unlinked: 4, absent: 0 });
      expect(run.expected).toEqual({ master: 7, replica: 11 });
      expect(run.handedOver).toBe(11);
    });

    test('asks where records of both sides look alike, and creates no double', async () => {
      offices.crm.master.create('Contact', person(1));
      offices.crm.replica.create('Contact', person(1));
      await walk(small, { mode: 'backfill' });
      expect([surnames('master'), surnames('replica')]).toEqual([['Person 001'], ['Person 001']]);
      const asked = await offices.stored().links();
      expect(asked.map(({ state, failure }) => [state, failure?.code])).toEqual(
        asked.map(() => ['parked', 'look_alikes']),
      );
    });

    test('hands over with the lowest priority, and leaves the ringing to the sweeper', async () => {
      create('master', 0, 3);
      await step(offices, await begin(offices, { mode: 'backfill' }));
      expect((await inbox()).map(({ trigger, rungAt }) => [trigger, rungAt])).toEqual(
        Array.from({ length: 3 }, () => ['backfill', null]),
      );
    });

    test('again: nothing is handed over and nothing is written', async () => {
      await imported(7);
      const mark = offices.mark();
      const again = await walk(small);
      expect(again).toMatchObject({ state: 'done', handedOver: 0 });
      expect(again.counts).toMatchObject({ master: { seen: 7, same: 7 }, replica: { seen: 7, same: 7 } });
      expect(writes(mark)).toBe(0);
    });
  });

  test('comparing equal sides costs their pages and nothing else', async () => {
    await imported(23);
    const mark = offices.mark();
    expect(await walk(small)).toMatchObject({ state: 'done', handedOver: 0 });
    expect([lists(mark, 'master'), lists(mark, 'replica')]).toEqual([5, 5]);
    expect(offices.calls(mark)).toBe(10);
    expect(await offices.stored().links()).toHaveLength(23);
  });

  describe('what nobody has announced', () => {
    test('an import without hooks on either side is found and repaired', async () => {
      const couples = await imported(6);
      edit('master', couples[1]!.id, { addressCity: 'Celle' });
      edit('replica', couples[4]!.twin, { firstName: 'Anne' });
      const run = await walk(small);
      expect(run).toMatchObject({ handedOver: 2, counts: { master: { differing: 1 }, replica: { differing: 1 } } });
      expect(offices.read('replica', couples[1]!.twin)).toMatchObject({ addressCity: 'Celle' });
      expect(offices.read('master', couples[4]!.id)).toMatchObject({ firstName: 'Anne' });
      expect(await walk(small)).toMatchObject({ handedOver: 0 });
    });

    test('a deletion: both are gone, as the rules say', async () => {
      const couples = await imported(12);
      offices.crm.master.remove('Contact', couples[3]!.id);
      offices.crm.replica.remove('Contact', couples[8]!.twin);
      const run = await walk(small);
      expect(run).toMatchObject({ state: 'done', counts: { master: { absent: 1 }, replica: { absent: 1 } } });
      expect([offices.living('master').length, offices.living('replica').length]).toEqual([10, 10]);
      expect(await walk(small)).toMatchObject({ state: 'done', handedOver: 0 });
    });

    test('a restored record is handed over', async () => {
      const couples = await imported(3);
      offices.crm.master.remove('Contact', couples[0]!.id);
      await offices.sync(couples[0]!.id);
      offices.crm.master.restore('Contact', couples[0]!.id);
      expect(await walk(small)).toMatchObject({ state: 'done', handedOver: 1 });
      expect([offices.living('master').length, offices.living('replica').length]).toEqual([3, 3]);
      expect(await walk(small)).toMatchObject({ handedOver: 0 });
    });

    test("a partner's number that somebody has emptied is shown again", async () => {
      const [couple] = await imported(2);
      edit('master', couple!.id, { cTwinId: null });
      await walk(small);
      expect(offices.read('master', couple!.id)).toMatchObject({ cTwinId: couple!.twin });
    });
  });

  describe('a list that can not be believed', () => {
    test('because the role hides half of the records: nothing is deleted', async () => {
      const couples = await imported(30);
      for (const { id } of couples.slice(0, 15)) offices.crm.master.forbid('Contact', id);
      const run = await walk(small);
      expect(run).toMatchObject({ state: 'stopped', handedOver: 0 });
      expect(run.trouble).toContain('EspoCRM does not show 15 of 30 linked Contact');
      expect(offices.problems).toContain('A census was stopped');
      expect(offices.living('replica')).toHaveLength(30);
      expect(await inbox()).toEqual([]);
    });

    test('because it came back empty', async () => {
      const couples = await imported(3);
      for (const { twin } of couples) offices.crm.replica.forbid('Contact', twin);
      const run = await walk(small);
      expect(run).toMatchObject({ state: 'stopped' });
      expect(run.trouble).toContain('second EspoCRM shows no Contact at all');
      expect(offices.living('master')).toHaveLength(3);
    });

    test('because it ended before its own total', async () => {
      create('master', 0, 30);
      const name = offices.pair.title.master.system;
      const connector = offices.deps.connectors[name]!;
      const list = {
        ...connector.list!,
        page: async (...query: Parameters<NonNullable<typeof connector.list>['page']>) => {
          const page = await connector.list!.page(...query);
          return { ...page, records: page.records.slice(0, 5), isLast: true };
        },
      };
      const cut = {
        ...small,
        deps: { ...offices.deps, connectors: { ...offices.deps.connectors, [name]: { ...connector, list } } },
      };
      const run = await walk(cut);
      expect(run.trouble).toContain('said that there are 30 Contact, and its list ended after 5');
    });

    test('a set-up that can not be right ends the run with what to do; the next one goes on', async () => {
      await imported(2);
      offices.crm.master.faults.add({ fault: { kind: 'status', status: 404 }, path: /\/Contact$/ });
      const run = await walk(small);
      expect(run).toMatchObject({ state: 'stopped' });
      expect(run.trouble).toContain('start the census again');
      expect(await walk(small)).toMatchObject({ state: 'done' });
    });
  });

  describe('trouble on the way', () => {
    test('a system that fails, asks for a pause or is cut off: the run waits and goes on', async () => {
      create('master', 0, 12);
      const { faults } = offices.crm.master;
      const path = /\/Contact$/;
      faults.add({ fault: { kind: 'status', status: 500 }, path });
      const run = await begin(small);
      expect(await step(small, run)).toEqual({ kind: 'wait', forMs: 15_000 });
      faults.add({ fault: { kind: 'truncate' }, path });
      expect(await step(small, run)).toMatchObject({ kind: 'wait' });
      expect(await step(small, run)).toEqual({ kind: 'moved' });
      faults.add({ fault: { kind: 'status', status: 429, headers: { 'retry-after': '40' } }, path });
      expect(await step(small, run)).toEqual({ kind: 'wait', forMs: 40_000 });
      expect(await found(small, run)).toMatchObject({ state: 'running', counts: { master: { pages: 1, seen: 5 } } });
    });

    test('a paused pair: nothing is asked', async () => {
      create('master', 0, 2);
      const run = await begin(small);
      await offices.pairs.pause('contacts', 'by hand', offices.now());
      const mark = offices.mark();
      expect(await step(small, run)).toMatchObject({ kind: 'wait' });
      expect(offices.calls(mark)).toBe(0);
      await offices.pairs.resume('contacts');
      expect(await step(small, run)).toEqual({ kind: 'moved' });
    });

    test('a spent budget: it waits as long as the budget says, and nothing is asked', async () => {
      const run = await begin(small, { mode: 'backfill' });
      const asked: string[] = [];
      const budget = {
        ...offices.deps.budget,
        reserve: (_system: string, _calls: number, priority: string) => {
          asked.push(priority);
          return Promise.resolve({ kind: 'spent', retryAfterMs: 4_000 } as const);
        },
      };
      const mark = offices.mark();
      expect(await step({ deps: { ...small.deps, budget } }, run)).toEqual({ kind: 'wait', forMs: 4_000 });
      expect([asked, offices.calls(mark)]).toEqual([['backfill'], 0]);
    });
  });

  test('records that were handed over and not dealt with keep it from reading on', async () => {
    create('master', 0, 2);
    const run = await begin(small);
    const { db } = database;
    const waiting = Array.from({ length: 1_001 }, (_, index) => ({
      pair: 'contacts',
      side: 'master' as const,
      recordId: `other-${index}`,
      trigger: 'census' as const,
    }));
    await offices.deps.hints.add(waiting, offices.now());
    expect(await step(small, run)).toMatchObject({ kind: 'wait' });
    expect(await found(small, run)).toMatchObject({ counts: { master: { pages: 0 } } });
    await db.delete(hints);
    expect(await step(small, run)).toEqual({ kind: 'moved' });
  });

  test('records that are created, edited and deleted while it runs are neither missed nor doubled', async () => {
    const couples = await imported(14);
    let next = 500;
    let turn = 0;
    const run = await walk(small, {}, async () => {
      if (turn === 8) return;
      turn += 1;
      const side = turn % 2 === 0 ? 'master' : 'replica';
      const [id] = create(side, next, 1);
      next += 1;
      // Half of them are announced.
      if (turn % 4 < 2) await offices.sync(side === 'master' ? id! : `replica:${id!}`);
      edit('master', couples[turn]!.id, { addressCity: `City ${turn}` });
    });
    expect(run.state).toBe('done');
    await walk(small);
    expect(surnames('master')).toEqual(surnames('replica'));
    expect(new Set(surnames('master')).size).toBe(surnames('master').length);
    expect(surnames('master')).toHaveLength(14 + 8);
    expect(await walk(small)).toMatchObject({ handedOver: 0 });
  });

  describe('people', () => {
    test('pause a run, resume it, and it goes on where it was', async () => {
      create('master', 0, 12);
      const run = await begin(small);
      await step(small, run);
      expect(await offices.deps.censusRuns.pause(run.id)).toBe(true);
      expect(await offices.deps.censusRuns.pause(run.id)).toBe(false);
      const mark = offices.mark();
      expect(await step(small, run)).toEqual({ kind: 'paused' });
      expect(offices.calls(mark)).toBe(0);
      expect(await offices.deps.censusRuns.resume(run.id)).toBe(true);
      const ended = await carryOn(small, run);
      expect(ended).toMatchObject({ state: 'done', counts: { master: { pages: 3, seen: 12 } } });
    });

    test('cancel it: it reads nothing more, and another one may begin', async () => {
      create('master', 0, 12);
      const run = await begin(small);
      await step(small, run);
      await expect(begin(small)).rejects.toThrow(CensusUnderWay);
      expect(await offices.deps.censusRuns.cancel(run.id, offices.now())).toBe(true);
      expect(await step(small, run)).toEqual({ kind: 'ended' });
      expect(await found(small, run)).toMatchObject({ state: 'canceled', counts: { master: { pages: 1 } } });
      expect(await offices.deps.censusRuns.cancel(run.id, offices.now())).toBe(false);
      expect((await begin(small)).id).not.toBe(run.id);
    });

    test('cancel it while a page is read: the page does not land', async () => {
      create('master', 0, 3);
      const run = await begin(small);
      const name = offices.pair.title.master.system;
      const connector = small.deps.connectors[name]!;
      const list = {
        ...connector.list!,
        page: async (...query: Parameters<NonNullable<typeof connector.list>['page']>) => {
          await offices.deps.censusRuns.cancel(run.id, offices.now());
          return connector.list!.page(...query);
        },
      };
      const connectors = { ...small.deps.connectors, [name]: { ...connector, list } };
      expect(await step({ deps: { ...small.deps, connectors } }, run)).toEqual({ kind: 'moved' });
      expect(await inbox()).toEqual([]);
      expect(await found(small, run)).toMatchObject({ state: 'canceled', counts: { master: { pages: 0 } } });
    });
  });

  describe('a dry run', () => {
    const findingsOf = (runId: string) =>
      database.db
        .select()
        .from(censusFindings)
        .then((rows) => rows.filter((row) => row.runId === runId));

    test('hands over nothing, writes nothing, and notes what it has found until it is reported', async () => {
      const couples = await imported(6);
      edit('master', couples[0]!.id, { addressCity: 'Celle' });
      offices.crm.replica.remove('Contact', couples[1]!.twin);
      const [fresh] = create('master', 50, 1);
      const mark = offices.mark();
      let noted: Awaited<ReturnType<typeof findingsOf>> = [];
      const reporting = {
        ...small,
        deps: {
          ...small.deps,
          reportOf: async ({ id }: { readonly id: string }) => {
            noted = await findingsOf(id);
            return { differing: noted.length };
          },
        },
      };
      const run = await walk(reporting, { dryRun: true });
      expect(run).toMatchObject({ state: 'done', handedOver: 0, report: { differing: 3 } });
      expect([writes(mark), await inbox(), await findingsOf(run.id)]).toEqual([0, [], []]);
      const byId = Object.fromEntries(noted.map((finding) => [finding.recordId, finding]));
      expect(byId[couples[0]!.id]).toMatchObject({ side: 'master', attributes: { addressCity: 'Celle' } });
      expect(byId[couples[0]!.id]!.linkId).not.toBeNull();
      expect(byId[couples[1]!.twin]).toMatchObject({ side: 'replica', attributes: null });
      expect(byId[fresh!]).toMatchObject({ linkId: null, attributes: { lastName: 'Person 050', cTwinId: null } });
    });
  });

  describe('a rebuild after the store was lost', () => {
    test('finds every couple again, creates nothing and writes nothing', async () => {
      const couples = await imported(12);
      create('master', 200, 3);
      create('replica', 300, 2);
      await empty(database.db);
      const mark = offices.mark();
      const run = await walk(small, { mode: 'rebuild' });
      expect(run).toMatchObject({ state: 'done', handedOver: 12, counts: { master: { seen: 15, unlinked: 15 } } });
      expect(writes(mark)).toBe(0);
      const links = await offices.stored().links();
      expect(links.map(({ masterId, replicaId, state }) => [masterId, replicaId, state]).sort()).toEqual(
        couples.map(({ id, twin }) => [id, twin, 'linked']).sort(),
      );
      expect([offices.living('master').length, offices.living('replica').length]).toEqual([15, 14]);
    });
  });
});
