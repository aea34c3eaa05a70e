import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holdsAlways } from '../test/support/property.ts';
import { progressOf, type SideOfWalk, type WalkSoFar } from './census-progress.ts';
import { type Side, sides } from './values.ts';

const listed: SideOfWalk = {
  system: 'Left',
  windows: [],
  recordsPerCall: 200,
  seen: 0,
  handedOver: 0,
  expected: 2_000,
  isRead: false,
};
const walk = (master: Partial<SideOfWalk>, replica: Partial<SideOfWalk>, rest: Partial<WalkSoFar> = {}): WalkSoFar => ({
  sides: { master: { ...listed, ...master }, replica: { ...listed, system: 'Right', ...replica } },
  waiting: 0,
  elapsedMs: 10_000,
  ...rest,
});

describe('how far a walk has come', () => {
  test('is half after one of two equal sides, and the other half takes as long', () => {
    const progress = progressOf(walk({ seen: 2_000, isRead: true }, {}));
    expect(progress).toEqual({ fraction: 0.5, recordsPerSecond: 200, etaMs: 10_000 });
  });

  test('counts what was handed over and still waits: nearly nothing is done while nobody has looked at it', () => {
    const halfRead = { seen: 1_000, handedOver: 1_000 };
    const { fraction, etaMs } = progressOf(walk(halfRead, { expected: 0 }, { waiting: 1_000 }));
    expect(fraction).toBeCloseTo(5 / (5 + 5 + 2_000 * 4));
    expect(etaMs).toBeCloseTo(((5 + 2_000 * 4) * 10_000) / 5);
  });

  test('is known to be the end when everything is read and dealt with', () => {
    const read = { seen: 2_000, isRead: true };
    expect(progressOf(walk(read, { ...read, handedOver: 7 }))).toMatchObject({ fraction: 1, etaMs: 0 });
  });

  test('is not known while a side that does not say how many it has is still read', () => {
    const progress = progressOf(walk({ seen: 200 }, { expected: null }));
    expect(progress).toEqual({ fraction: null, recordsPerSecond: 20, etaMs: null });
    const isRead = { expected: null, isRead: true };
    expect(progressOf(walk({ seen: 200 }, isRead))).toMatchObject({ fraction: 0.1, etaMs: 90_000 });
  });

  test('has no rate and no end before anything has happened', () => {
    expect(progressOf(walk({}, {}))).toEqual({ fraction: 0, recordsPerSecond: null, etaMs: null });
    expect(progressOf(walk({ seen: 200 }, {}, { elapsedMs: 0 }))).toMatchObject({
      recordsPerSecond: null,
      etaMs: null,
    });
  });

  test('ends no sooner than the budget of the slowest system allows, however quick the beginning was', () => {
    const windows = [
      { calls: 70, perMs: 10_000 },
      { calls: 1_000, perMs: 600_000 },
    ];
    const visited = { recordsPerCall: 1, windows };
    const { etaMs } = progressOf(walk({ seen: 2_000, isRead: true }, visited, { elapsedMs: 10 }));
    expect(etaMs).toBe((2_000 * 600_000) / 1_000);
  });

  test('adds up the calls of both sides where they are in one system', () => {
    const window = { windows: [{ calls: 1, perMs: 10_000 }], system: 'Both' };
    const { etaMs } = progressOf(walk({ ...window, seen: 200 }, window));
    expect(etaMs).toBe((9 + 10) * 10_000);
  });
});

const side = fc.record({
  system: fc.constantFrom('Left', 'Right'),
  windows: fc.array(fc.record({ calls: fc.integer({ min: 1, max: 5_000 }), perMs: fc.integer({ min: 1, max: 1e7 }) }), {
    maxLength: 3,
  }),
  recordsPerCall: fc.constantFrom(1, 20, 200),
  seen: fc.nat(50_000),
  handedOver: fc.nat(50_000),
  expected: fc.option(fc.nat(50_000)),
  isRead: fc.boolean(),
});
const anyWalk = fc.record({
  sides: fc.record({ master: side, replica: side }),
  waiting: fc.nat(60_000),
  elapsedMs: fc.integer({ min: -1_000, max: 1e9 }),
});

describe('whatever was counted', () => {
  test('no number is negative, infinite or beyond the end', () => {
    holdsAlways(
      fc.property(anyWalk, (given) => {
        const { fraction, recordsPerSecond, etaMs } = progressOf(given);
        for (const number of [fraction, recordsPerSecond, etaMs]) {
          expect(number === null || (Number.isFinite(number) && number >= 0)).toBe(true);
        }
        expect(fraction ?? 0).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('more to read or more that waits never ends sooner', () => {
    const more = fc.record({ side: fc.constantFrom<Side>(...sides), records: fc.nat(10_000), waiting: fc.nat(10_000) });
    holdsAlways(
      fc.property(anyWalk, more, (given, { side: grown, records, waiting }) => {
        const before = progressOf(given);
        const side = given.sides[grown];
        const expected = side.expected === null ? null : side.expected + records;
        const after = progressOf({
          ...given,
          sides: { ...given.sides, [grown]: { ...side, expected } },
          waiting: given.waiting + waiting,
        });
        // Nothing was done yet by then, so nobody knows the pace any more.
        if (after.etaMs === null) return;
        expect(after.etaMs).toBeGreaterThanOrEqual((before.etaMs ?? 0) - 1e-6 * (before.etaMs ?? 0));
      }),
    );
  });

  test('it is never faster than a budget lets the unread records be read', () => {
    holdsAlways(
      fc.property(anyWalk, (given) => {
        const { etaMs } = progressOf(given);
        if (etaMs === null) return;
        for (const name of sides) {
          const { isRead, expected, seen, recordsPerCall, windows } = given.sides[name];
          const unread = isRead ? 0 : Math.max(0, (expected ?? 0) - seen);
          for (const { calls, perMs } of windows) {
            const least = ((unread / recordsPerCall) * perMs) / calls;
            expect(etaMs).toBeGreaterThanOrEqual(least * (1 - 1e-9));
          }
        }
      }),
    );
  });
});
