import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Unavailable } from '../../connectors/errors.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { comparedRows } from '../../store/population-tables.ts';
import { hints } from '../../store/schema.ts';
import { databasesUnderTest } from '../../test/support/databases.ts';
import { type House, openDatabase, openHouse } from '../../test/support/house.ts';
import { unlimitedBudget } from '../../test/support/unlimited-budget.ts';
import { Watcher } from '../../test/support/watching.ts';

const entity = 'CBeteiligte';
const secondMs = 1_000;

describe.each(databasesUnderTest())('catch-up on $name', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let database: OpenDatabase;
  let house: House;
  let watcher: Watcher;
  let clockOffsetMs = 0;
  beforeAll(async () => {
    opened = await openDatabase(kind);
    ({ database } = opened);
  });
  afterAll(() => opened.drop());
  beforeEach(async () => {
    clockOffsetMs = 0;
    house = await openHouse({ database, crm: { now: () => new Date(Date.now() + clockOffsetMs) } });
    watcher = new Watcher(house);
  });
  afterEach(() => house.close());

  /** Both clocks. */
  const later = (ms: number): void => {
    clockOffsetMs += ms;
    house.clockOffsetMs = clockOffsetMs;
  };
  const people = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => house.crm.create(entity, { lastName: `Person ${index}` }).id);
  const emptyInbox = () => database.db.delete(hints);

  test('the first look takes its place only: what was there before is left to the first census', async () => {
    people(3);
    expect(await watcher.catchUp()).toEqual({ pages: 1, handedOver: 0, again: false });
    expect(await watcher.inbox()).toEqual([]);
    expect(watcher.censuses).toEqual([]);
  });

  test('a change that nobody reported is in the inbox after one request, for the sweeper to ring', async () => {
    const { id } = await house.linked({ lastName: 'Meier' });
    await watcher.catchUp();
    later(60 * secondMs);
    house.crm.update(entity, id, { lastName: 'Maier' });
    const [born] = people(1);
    const mark = house.mark();
    expect(await watcher.catchUp()).toEqual({ pages: 1, handedOver: 2, again: false });
    expect(house.calls(mark)).toEqual({ crm: 1, firm: 0 });
    const rows = (await watcher.inbox()).map(({ side, recordId, trigger, rungAt }) => ({
      side,
      recordId,
      trigger,
      rungAt,
    }));
    const found = { side: 'master', trigger: 'catch_up', rungAt: null };
    expect(rows).toEqual(
      expect.arrayContaining([
        { ...found, recordId: id },
        { ...found, recordId: born },
      ]),
    );
  });

  test('where nothing changed it is exactly one request, whatever of the end is read again', async () => {
    await house.linked({ lastName: 'Meier' });
    people(20);
    await watcher.catchUp();
    await watcher.catchUp();
    await emptyInbox();
    for (const seconds of [5, 20, 30, 60, 3_600]) {
      later(seconds * secondMs);
      const mark = house.mark();
      expect(await watcher.catchUp()).toEqual({ pages: 1, handedOver: 0, again: false });
      expect(house.calls(mark)).toEqual({ crm: 1, firm: 0 });
    }
    expect(await watcher.inbox()).toEqual([]);
  });

  test('our own writes are no news', async () => {
    await watcher.catchUp();
    const { id } = await house.linked({ lastName: 'Meier' });
    later(2 * secondMs);
    expect(await watcher.catchUp()).toMatchObject({ handedOver: 0 });
    later(60 * secondMs);
    house.crm.update(entity, id, { lastName: 'Maier' });
    await house.sync(id);
    expect(await watcher.catchUp()).toMatchObject({ handedOver: 0 });
  });

  test('a record that turns up behind a newer one is still found', async () => {
    await watcher.catchUp();
    later(60 * secondMs);
    people(1);
    await watcher.catchUp();
    await emptyInbox();
    clockOffsetMs -= 20 * secondMs;
    const [late] = people(1);
    clockOffsetMs += 20 * secondMs;
    expect(await watcher.catchUp()).toMatchObject({ handedOver: 1 });
    expect(await watcher.inbox()).toMatchObject([{ recordId: late }]);
  });

  test('a record that was handed over and still differs is handed over again only if it changes', async () => {
    await watcher.catchUp();
    const [id = ''] = people(1);
    expect(await watcher.catchUp()).toMatchObject({ handedOver: 1 });
    later(secondMs);
    expect(await watcher.catchUp()).toMatchObject({ handedOver: 0 });
    house.crm.update(entity, id, { firstName: 'Eva' });
    expect(await watcher.catchUp()).toMatchObject({ handedOver: 1 });
  });

  describe('where the time of the last change, in whole seconds, is the version', () => {
    const second = new Date(Math.floor(Date.now() / secondMs) * secondMs);
    beforeEach(async () => {
      await house.close();
      const now = () => new Date(second.getTime() + clockOffsetMs);
      house = await openHouse({ database, crm: { optimisticConcurrency: false, now } });
      watcher = new Watcher(house);
    });

    test('a second edit within the second of one that was read already is news, once', async () => {
      const { id } = await house.linked({ lastName: 'Meier' });
      await watcher.catchUp();
      later(60 * secondMs);
      house.crm.update(entity, id, { lastName: 'Maier' });
      expect(await watcher.catchUp()).toMatchObject({ handedOver: 1 });
      await house.sync(id);
      expect(await watcher.catchUp()).toMatchObject({ handedOver: 0 });
      house.crm.update(entity, id, { lastName: 'Mayer' });
      expect(await watcher.catchUp()).toEqual({ pages: 1, handedOver: 1, again: false });
      expect(await watcher.catchUp()).toEqual({ pages: 1, handedOver: 0, again: false });
    });

    test('an edit within the second of our own write is news, once', async () => {
      await watcher.catchUp();
      later(60 * secondMs);
      const { id } = await house.linked({ lastName: 'Meier' });
      expect(await watcher.catchUp()).toMatchObject({ handedOver: 0 });
      house.crm.update(entity, id, { lastName: 'Maier' });
      expect(await watcher.catchUp()).toMatchObject({ handedOver: 1 });
      expect(await watcher.catchUp()).toMatchObject({ handedOver: 0 });
    });

    test('a row that an older release has compared by its version only is handed over once more at most', async () => {
      await watcher.catchUp();
      const [id = ''] = people(1);
      expect(await watcher.catchUp()).toMatchObject({ handedOver: 1 });
      const version = String(house.crm.record(entity, id)?.['modifiedAt']);
      await database.db.update(comparedRows).set({ state: version });
      expect(await watcher.catchUp()).toMatchObject({ handedOver: 1 });
      expect(await watcher.catchUp()).toMatchObject({ handedOver: 0 });
    });

    test('what is remembered of a row shows none of its values', async () => {
      await watcher.catchUp();
      house.crm.create(entity, { lastName: 'Meier' });
      await watcher.catchUp();
      const [row] = await database.db.select().from(comparedRows);
      expect(row?.state).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d#[\w-]{16}$/);
    });
  });

  test('an hour of missed changes is complete after one catch-up, page by page, each record once', async () => {
    await watcher.catchUp();
    const ids: string[] = [];
    for (let minute = 0; minute < 50; minute += 1) {
      later(72 * secondMs);
      ids.push(...people(100));
    }
    expect(await watcher.catchUpOnce()).toEqual({ pages: 5, handedOver: 1_000, again: true });
    expect(await watcher.cursors.load('beteiligte', 'master')).toMatchObject({ trouble: null });
    expect((await watcher.cursors.load('beteiligte', 'master')).behindSince).not.toBeNull();
    expect(await watcher.catchUp()).toEqual({ pages: 21, handedOver: 4_000, again: false });
    expect((await watcher.inbox()).map(({ recordId }) => recordId).sort()).toEqual(ids.sort());
    expect(await watcher.cursors.load('beteiligte', 'master')).toMatchObject({ behindSince: null, walk: null });
    later(10 * secondMs);
    expect(await watcher.catchUp()).toMatchObject({ handedOver: 0 });
  });

  describe('where it can not read, nothing moves and the next time goes on', () => {
    const cursor = () => watcher.cursors.load('beteiligte', 'master');
    const change = async (): Promise<void> => {
      await watcher.catchUp();
      later(60 * secondMs);
      people(1);
    };

    test('an answer that makes no sense', async () => {
      await change();
      const before = await cursor();
      house.crm.faults.add({ path: new RegExp(entity), fault: { kind: 'status', status: 500 }, times: 2 });
      expect(await watcher.catchUp()).toEqual({ pages: 0, handedOver: 0, again: false });
      const after = await cursor();
      expect(after).toEqual({ ...before, trouble: 'record_failed', behindSince: after.behindSince });
      expect(after.behindSince).not.toBeNull();
      expect(house.problems).toEqual(['The latest changes of a system can not be listed; tried again']);
      await watcher.catchUp();
      expect(house.problems).toHaveLength(1);
      house.crm.faults.clear();
      expect(await watcher.catchUp()).toMatchObject({ handedOver: 1 });
      expect(await cursor()).toMatchObject({ trouble: null, behindSince: null });
    });

    test('a spent budget: nothing is asked', async () => {
      await change();
      const spent = { kind: 'spent', retryAfterMs: 1_000 } as const;
      const asked: string[] = [];
      const budget: typeof unlimitedBudget = {
        ...unlimitedBudget,
        reserve: (_system, _calls, priority) => {
          asked.push(priority);
          return Promise.resolve(spent);
        },
      };
      const mark = house.mark();
      await new Watcher(house, { budget }).catchUp();
      expect(asked).toEqual(['catch_up']);
      expect(house.calls(mark)).toEqual({ crm: 0, firm: 0 });
      expect(await cursor()).toMatchObject({ trouble: 'budget_spent' });
      expect(await watcher.catchUp()).toMatchObject({ handedOver: 1 });
    });

    test('a system in trouble: nothing is asked until it answers', async () => {
      await change();
      await house.deps.breaker.failed(new Unavailable('away', { system: 'EspoCRM' }), '');
      const mark = house.mark();
      await watcher.catchUp();
      expect(house.calls(mark)).toEqual({ crm: 0, firm: 0 });
      expect(await cursor()).toMatchObject({ trouble: 'circuit_open' });
    });

    test('a system that can not be reached is noticed by its list, too', async () => {
      await watcher.catchUp();
      house.crm.maintenance(true);
      await watcher.catchUp();
      expect(await cursor()).toMatchObject({ trouble: 'unavailable' });
      await watcher.catchUp();
      expect(await cursor()).toMatchObject({ trouble: 'circuit_open' });
    });

    test('a page that somebody else has landed meanwhile is not landed again', async () => {
      await change();
      const stale = await cursor();
      expect(await watcher.catchUp()).toMatchObject({ handedOver: 1 });
      const landed = await cursor();
      const nothing = { hints: [], seenIds: [], compared: [], rememberSince: null };
      expect(await watcher.cursors.land(stale, nothing, house.now())).toBe(false);
      expect(await cursor()).toEqual(landed);
    });
  });

  describe('deletions are in no list of changes', () => {
    test('after a gap a census is asked for, once', async () => {
      await watcher.catchUp();
      later(601 * secondMs);
      await watcher.catchUp();
      later(10 * secondMs);
      await watcher.catchUp();
      expect(watcher.censuses).toEqual(['beteiligte']);
    });

    test('it is asked for until the walk that is in its way has ended', async () => {
      await watcher.catchUp();
      later(601 * secondMs);
      watcher.isCensusInTheWay = true;
      await watcher.catchUp();
      await watcher.catchUp();
      expect(watcher.censuses).toEqual([]);
      watcher.isCensusInTheWay = false;
      await watcher.catchUp();
      await watcher.catchUp();
      expect(watcher.censuses).toEqual(['beteiligte']);
    });

    test('a second gap is not covered by what follows the first one', async () => {
      await watcher.catchUp();
      later(601 * secondMs);
      watcher.isCensusInTheWay = true;
      await watcher.catchUp();
      const first = await watcher.cursors.censusDueSince('beteiligte');
      later(601 * secondMs);
      await watcher.catchUp();
      await watcher.cursors.censusStarted('beteiligte', first!);
      watcher.isCensusInTheWay = false;
      await watcher.catchUp();
      expect(watcher.censuses).toEqual(['beteiligte']);
    });

    test('one that can not be started is asked for until it was', async () => {
      await watcher.catchUp();
      later(601 * secondMs);
      watcher.censusFailure = new TypeError('no Temporal');
      await watcher.catchUp();
      watcher.censusFailure = null;
      await watcher.catchUp();
      await watcher.catchUp();
      expect(watcher.censuses).toEqual(['beteiligte']);
    });
  });
});
