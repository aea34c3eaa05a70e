import { expect, test } from '@jest/globals';
import type { Connector } from './connectors/connector.ts';
import { type WatchSettings, wantedSchedules } from './schedules.ts';

const settings: WatchSettings = {
  catchUpEveryMs: 10_000,
  catchUpEveryMsOf: { Office: 60_000 },
  census: null,
  rollingCheckPeriodMs: 86_400_000,
  keepWebhooksEveryMs: null,
};
const listOf = (canListChanges: (entity: string) => boolean) => ({
  longestPage: 1,
  canListChanges,
  page: () => Promise.reject(new Error('not asked')),
  showsLess: () => false,
});
const feed = { name: 'log', page: () => Promise.reject(new Error('not asked')) };
const connectors: Readonly<Record<string, Pick<Connector, 'list' | 'feeds'>>> = {
  Office: { list: listOf((entity) => entity === 'tasks'), feeds: [feed] },
  Archive: { list: listOf(() => false) },
};
const pairOf = (name: string, replica = 'Archive') => ({
  ...{ name, title: { master: { system: 'Office', entity: name }, replica: { system: replica, entity: name } } },
});
const wanted = (changes: Partial<WatchSettings> = {}, replica?: string) =>
  wantedSchedules({
    ...{ settings: { ...settings, ...changes }, connectors, taskQueue: 'tandem' },
    pairs: [pairOf('tasks', replica), pairOf('comments', replica)],
  }).map(({ id, spec: { intervals } }): readonly [string, unknown] => [id, intervals?.[0]?.every]);

test('only what can list changes is listed, at the interval of its system; a system with feeds has one Schedule for them', () => {
  expect(wanted()).toEqual([
    ['tandem/catchUp/tasks', 60_000],
    ['tandem/readFeeds/Office', 60_000],
  ]);
});

test('a system that is never asked for changes has neither', () => {
  expect(wanted({ catchUpEveryMsOf: { Office: null } })).toEqual([]);
  expect(wanted({ catchUpEveryMs: null })).toEqual([]);
});

test('a list that can not show changes is a list all the same: nothing is visited one by one', () => {
  expect(wanted({}, 'Archive').some(([id]) => id.includes('rollingCheck'))).toBe(false);
  expect(wanted({}, 'unknown').filter(([id]) => id.includes('rollingCheck'))).toHaveLength(2);
});

test('pairs with the same interval have each their own second in it, whichever others there are', () => {
  const names = Array.from({ length: 16 }, (_, n) => `pair-${n}`);
  const offsetsOf = (pairs: readonly string[]): readonly number[] =>
    wantedSchedules({
      ...{ settings, connectors: { Office: { list: listOf(() => true) } }, taskQueue: 'tandem' },
      pairs: pairs.map((name) => pairOf(name, 'Office')),
    }).map(({ spec }) => Number(spec.intervals?.[0]?.offset));
  const offsets = offsetsOf(names);
  expect(offsets.filter((offset) => !(offset >= 0 && offset < 60_000 && offset % 1_000 === 0))).toEqual([]);
  expect(new Set(offsets).size).toBeGreaterThan(12);
  expect(offsetsOf(names.slice(3))).toEqual(offsets.slice(3));
});
