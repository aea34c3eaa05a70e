import { describe, expect, test } from '@jest/globals';
import type { RemoteRecord } from '../../connectors/connector.ts';
import type { Cursor } from '../../store/cursors.ts';
import { afterPage, isFirstWalk, overlapMs, readAgainFrom, walkFrom } from './walk.ts';

const noon = Date.UTC(2031, 4, 6, 12);
const at = (seconds: number): Date => new Date(noon + seconds * 1_000);
const row = (id: string, seconds: number): RemoteRecord => ({
  ...{ id, version: '1', attributes: {}, raw: {}, modifiedByUs: null },
  modifiedAt: at(seconds).toISOString(),
});
const unread: Cursor = {
  ...{ pair: 'p', side: 'master', readUntil: null, readUntilId: null, reachedAt: null, isSettled: false, walk: null },
  ...{ caughtUpAt: null, behindSince: null, trouble: null, censusDueSince: null, revision: 0 },
};
const gapMs = 600_000;

/** The next page of a system whose clock is right, as it is read at a time. */
function read(cursor: Cursor, seconds: number, records: readonly RemoteRecord[], isLast = true): Cursor {
  const walk = walkFrom(cursor, at(seconds));
  return afterPage(cursor, { walk, page: { records, isLast }, askedAt: at(seconds), now: at(seconds), gapMs });
}

describe('where a look at the latest changes begins', () => {
  test('the first one begins a little before now, and only takes its place', () => {
    expect(isFirstWalk(unread)).toBe(true);
    expect(walkFrom(unread, at(0)).position).toEqual({
      by: 'modification',
      since: at(-3_600).toISOString(),
      afterId: null,
    });
  });

  test('a side without any recent change keeps the place where its first look began', () => {
    const empty = read(unread, 0, []);
    expect(walkFrom(empty, at(5)).position.since).toBe(at(-3_630).toISOString());
    expect(walkFrom(read(empty, 60, []), at(90)).position.since).toBe(at(-3_600).toISOString());
  });

  test('the next one reads the end again, since a record may turn up behind a newer one', () => {
    const once = read(unread, 0, [row('a', -100), row('b', -2)]);
    expect(walkFrom(once, at(10)).position).toEqual({
      by: 'modification',
      since: at(-32).toISOString(),
      afterId: null,
    });
    expect(readAgainFrom(once)).toEqual(at(-32));
  });

  test('once nothing as old can turn up it begins right after the newest: a burst is not read again for ever', () => {
    const once = read(unread, 0, [row('a', -2), row('b', -2)]);
    const tooSoon = read(once, overlapMs / 1_000 - 1, [row('a', -2), row('b', -2)]);
    expect(tooSoon.isSettled).toBe(false);
    const settled = read(once, overlapMs / 1_000, [row('a', -2), row('b', -2)]);
    expect(walkFrom(settled, at(40)).position).toEqual({
      by: 'modification',
      since: at(-2).toISOString(),
      afterId: 'b',
    });
    expect(readAgainFrom(settled)).toEqual(new Date(at(-2).getTime() + 1));
    expect(read(settled, 40, [row('c', 39)]).isSettled).toBe(false);
  });

  test('one that could not be ended goes on behind the last row, as one and the same look', () => {
    const begun = read({ ...unread, caughtUpAt: at(-10) }, 0, [row('a', -9), row('b', -8)], false);
    expect(begun).toMatchObject({ behindSince: at(0), caughtUpAt: at(-10), readUntil: at(-8) });
    expect(walkFrom(begun, at(3))).toEqual({
      position: { by: 'modification', since: at(-8).toISOString(), afterId: 'b' },
      beganAt: at(0),
    });
    expect(readAgainFrom(begun)).toBeNull();
    expect(read(begun, 3, [])).toMatchObject({ walk: null, behindSince: null, caughtUpAt: at(3) });
  });

  test('rows that are read again do not move it back', () => {
    const once = read(unread, 0, [row('b', -2)]);
    expect(read(once, 10, [row('a', -20)])).toMatchObject({ readUntil: at(-2), readUntilId: 'b' });
  });
});

describe('after a gap', () => {
  const caughtUp = read(unread, 0, []);

  test('a census is due, since when it was found', () => {
    expect(read(caughtUp, 601, []).censusDueSince).toEqual(at(601));
  });

  test('a shorter absence, and the first look ever, ask for none', () => {
    expect(caughtUp.censusDueSince).toBeNull();
    expect(read(caughtUp, 600, []).censusDueSince).toBeNull();
  });

  test('one that could not be started stays due', () => {
    const due = read(caughtUp, 601, []);
    expect(read(due, 611, []).censusDueSince).toEqual(at(601));
  });
});
