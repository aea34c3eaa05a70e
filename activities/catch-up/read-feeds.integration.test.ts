import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ChangeFeed, Connector, FeedPage, FeedPosition } from '../../connectors/connector.ts';
import { Unavailable } from '../../connectors/errors.ts';
import type { PairDefinition } from '../../engine/pair.ts';
import { CircuitStore } from '../../store/circuits.ts';
import { FeedCursorStore } from '../../store/feed-cursors.ts';
import { feedCursors } from '../../store/population-tables.ts';
import { hints } from '../../store/schema.ts';
import { databasesUnderTest } from '../../test/support/databases.ts';
import { openDatabase } from '../../test/support/house.ts';
import { unlimitedBudget } from '../../test/support/unlimited-budget.ts';
import { type FeedDependencies, readFeeds } from './read-feeds.ts';

const pairOf = (name: string, master: string, replica = name): PairDefinition =>
  ({
    name,
    title: { master: { system: 'Office', entity: master }, replica: { system: 'Archive', entity: replica } },
  }) as Partial<PairDefinition> as PairDefinition;
const pairs = [
  pairOf('comments', 'comments'),
  pairOf('copies', 'comments'),
  pairOf('tasks', 'tasks'),
  {
    ...pairOf('mirrored', 'x'),
    title: { master: { system: 'Archive', entity: 'tasks' }, replica: { system: 'Office', entity: 'tasks' } },
  },
];

const at = (seconds: number): FeedPosition => ({
  since: new Date(Date.UTC(2031, 4, 6) + seconds * 1_000).toISOString(),
  afterId: null,
});

/** A log that tells its entries page by page, by their place. */
class Log implements ChangeFeed {
  readonly name: string;
  entries: { readonly entity: string; readonly id: string }[] = [];
  asked: (FeedPosition | null)[] = [];
  failure: Error | null = null;
  pageLength = 2;

  constructor(name: string) {
    this.name = name;
  }

  page(position: FeedPosition | null): Promise<FeedPage> {
    this.asked.push(position);
    if (this.failure !== null) return Promise.reject(this.failure);
    if (position === null) return Promise.resolve({ changes: this.entries, next: this.#end(), isLast: true });
    const from = Number(position.afterId);
    const changes = this.entries.slice(from, from + this.pageLength);
    const isLast = from + this.pageLength >= this.entries.length;
    return Promise.resolve({ changes, next: { ...at(0), afterId: String(from + changes.length) }, isLast });
  }

  #end(): FeedPosition {
    return { ...at(0), afterId: String(this.entries.length) };
  }
}

describe.each(databasesUnderTest())('feeds on $name', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let bin: Log;
  let log: Log;
  let problems: string[];
  let deps: FeedDependencies;
  beforeAll(async () => {
    opened = await openDatabase(kind);
  });
  afterAll(() => opened.drop());
  beforeEach(async () => {
    const { db } = opened.database;
    await db.delete(hints);
    await db.delete(feedCursors);
    [bin, log, problems] = [new Log('bin'), new Log('log'), []];
    const office = { system: 'Office', feeds: [bin, log] } as Partial<Connector> as Connector;
    deps = {
      ...{ db, pairs, connectors: { Office: office }, budget: unlimitedBudget, now: () => new Date() },
      circuits: new CircuitStore(db),
      ownRecords: new Map(),
      feedCursors: new FeedCursorStore(db),
      observer: {
        onCall: () => undefined,
        onPass: () => undefined,
        onRecovery: () => undefined,
        onProblem: (message) => problems.push(message),
      },
    };
  });
  const read = (changes: Partial<FeedDependencies> = {}) =>
    readFeeds({ ...deps, ...changes }, { system: 'Office' }, new AbortController().signal);
  const inbox = async () =>
    (await opened.database.db.select().from(hints))
      .map(({ pair, side, recordId, trigger, rungAt }) => [pair, side, recordId, trigger, rungAt])
      .toSorted();
  const cursorOf = (feed: string) => deps.feedCursors.load({ system: 'Office', feed });

  test('the first look takes its place only: what was told before is left to the census', async () => {
    log.entries = [{ entity: 'tasks', id: '1' }];
    expect(await read()).toEqual({ pages: 2, handedOver: 0, again: false });
    expect(await inbox()).toEqual([]);
    expect(log.asked).toEqual([null]);
    await read();
    expect(log.asked).toEqual([null, { ...at(0), afterId: '1' }]);
    expect(await inbox()).toEqual([]);
  });

  test('a record that is named is left to the inbox of each pair that has it, on its side', async () => {
    await read();
    log.entries.push({ entity: 'comments', id: '7' }, { entity: 'pages', id: '8' });
    bin.entries.push({ entity: 'tasks', id: '9' });
    expect(await read()).toEqual({ pages: 2, handedOver: 4, again: false });
    expect(await inbox()).toEqual([
      ['comments', 'master', '7', 'catch_up', null],
      ['copies', 'master', '7', 'catch_up', null],
      ['mirrored', 'replica', '9', 'catch_up', null],
      ['tasks', 'master', '9', 'catch_up', null],
    ]);
  });

  test('a long absence is read page by page, and goes on where it ended', async () => {
    await read();
    log.entries = Array.from({ length: 11 }, (_, index) => ({ entity: 'tasks', id: String(index + 1) }));
    expect(await read()).toEqual({ pages: 6, handedOver: 20, again: true });
    expect(await cursorOf('log')).toMatchObject({ behindSince: expect.any(Date) as unknown });
    expect(await read()).toEqual({ pages: 2, handedOver: 2, again: false });
    expect(await cursorOf('log')).toMatchObject({ behindSince: null, trouble: null });
    expect(await read()).toMatchObject({ handedOver: 0 });
  });

  test('a system that does not answer loses nothing, and the other feed is read; it is told once', async () => {
    await read();
    bin.failure = new Unavailable('Office: away', { system: 'Office' });
    bin.entries.push({ entity: 'tasks', id: '3' });
    log.entries.push({ entity: 'tasks', id: '4' });
    expect(await read()).toEqual({ pages: 1, handedOver: 2, again: false });
    await read();
    expect(problems).toEqual(['What a system tells of changes can not be read; tried again']);
    expect(await cursorOf('bin')).toMatchObject({ trouble: 'unavailable', behindSince: expect.any(Date) as unknown });
    bin.failure = null;
    expect(await read()).toMatchObject({ handedOver: 2 });
    expect(await cursorOf('bin')).toMatchObject({ trouble: null, behindSince: null });
  });

  test('with a spent budget nothing is asked, and nothing moves', async () => {
    await read();
    log.entries.push({ entity: 'tasks', id: '5' });
    const spent: FeedDependencies['budget'] = {
      ...unlimitedBudget,
      reserve: () => Promise.resolve({ kind: 'spent', retryAfterMs: 1 }),
    };
    const asked = log.asked.length;
    expect(await read({ budget: spent })).toEqual({ pages: 0, handedOver: 0, again: false });
    expect([log.asked.length, problems]).toEqual([asked, []]);
    expect(await read()).toMatchObject({ handedOver: 2 });
  });

  test('of two that read the same page one stores it: hints and cursor land together or not at all', async () => {
    await read();
    log.entries.push({ entity: 'tasks', id: '6' });
    const late = await cursorOf('log');
    await read();
    await opened.database.db.delete(hints);
    const hint = { pair: 'tasks', side: 'master', recordId: '6', trigger: 'catch_up' } as const;
    expect(await deps.feedCursors.land(late, () => Promise.resolve([hint]), new Date())).toBe(null);
    expect(await inbox()).toEqual([]);
  });
});
