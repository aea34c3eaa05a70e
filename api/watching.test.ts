import { describe, expect, test } from '@jest/globals';
import { catchUpState, feedStates, watchStates } from './watching.ts';

const at = (seconds: number): Date => new Date(Date.UTC(2031, 4, 6) + seconds * 1_000);
const state = (cursor: Parameters<typeof catchUpState>[1], seconds: number, everyMs = 10_000) =>
  catchUpState('master', cursor, { everyMs, now: at(seconds) }).behind;
const caughtUp = { caughtUpAt: at(0), behindSince: null, trouble: null };

describe('how far a side is behind', () => {
  test('not at all while looks reach the end', () => {
    expect(state(caughtUp, 30)).toBeNull();
    expect(state(undefined, 30)).toBeNull();
  });

  test('since the list could not be read to its end, by what may have changed since it last was', () => {
    expect(state({ ...caughtUp, behindSince: at(20), trouble: 'unavailable' }, 30)).toEqual({
      since: at(20),
      byMs: 30_000,
      trouble: 'unavailable',
    });
    expect(state({ caughtUpAt: null, behindSince: at(20), trouble: null }, 30)?.byMs).toBe(10_000);
  });

  test('when nobody looks any more, for instance because no worker runs', () => {
    expect(state(caughtUp, 60)).toBeNull();
    expect(state(caughtUp, 61)).toEqual({ since: at(0), byMs: 61_000, trouble: 'nobody_looks' });
    expect(state(caughtUp, 61, 60_000)).toBeNull();
    expect(state(caughtUp, 181, 60_000)).not.toBeNull();
  });
});

const systems = {
  catchUpEveryMs: 10_000,
  rollingCheckPeriodMs: null,
  listing: new Set(['Office', 'Archive']),
  withoutChanges: [{ system: 'Office', entity: 'comments' }],
  feeds: [{ system: 'Office', feed: 'log' }],
};

test('a side whose list can not show changes is not behind, because nobody lists it', async () => {
  const pair = (name: string) => ({
    ...{ name, master: { system: 'Office', entity: name }, replica: { system: 'Archive', entity: name } },
  });
  const [comments, tasks] = await watchStates({
    ...{ pairs: [pair('comments'), pair('tasks')], systems, now: at(0) },
    cursors: { list: () => Promise.resolve([]) },
    visits: { summary: () => Promise.reject(new Error('Nothing is visited here')) },
  });
  expect(comments?.catchUp.map(({ side }) => side)).toEqual(['replica']);
  expect(tasks?.catchUp.map(({ side }) => side)).toEqual(['master', 'replica']);
});

test('a feed is behind by what may have been told since it was last read', async () => {
  const cursor = { system: 'Office', feed: 'log', position: null, revision: 1 };
  const states = (seconds: number, row: object, more = {}) =>
    feedStates({
      systems: { ...systems, ...more },
      feedCursors: { list: () => Promise.resolve([{ ...cursor, ...caughtUp, ...row }]) },
      now: at(seconds),
    });
  expect(await states(30, {})).toEqual([{ system: 'Office', feed: 'log', caughtUpAt: at(0), behind: null }]);
  expect(await states(30, { behindSince: at(20), trouble: 'unavailable' })).toMatchObject([
    { behind: { since: at(20), byMs: 30_000, trouble: 'unavailable' } },
  ]);
  expect(await states(61, {})).toMatchObject([{ behind: { trouble: 'nobody_looks' } }]);
  expect(await states(61, {}, { catchUpEveryMsOf: { Office: 60_000 } })).toMatchObject([{ behind: null }]);
  expect(await states(61, {}, { catchUpEveryMsOf: { Office: null } })).toEqual([]);
});
