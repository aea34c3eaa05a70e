import { describe, expect, test } from '@jest/globals';
import { catchUpState } from './watching.ts';

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
