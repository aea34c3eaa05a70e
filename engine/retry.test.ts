import { describe, expect, test } from '@jest/globals';
import { creationWaitMs, decideRetry, defaultRetryPolicy, type FailureCode, tellAgainInMs } from './retry.ts';

const fresh = { attempts: 0, waits: 0 };
const decide = (
  code: FailureCode,
  history = fresh,
  { settleMs = null, jitter = 0 }: { settleMs?: number | null; jitter?: number } = {},
) => decideRetry({ code, settleMs }, history, defaultRetryPolicy, jitter);

describe('what counts as an attempt', () => {
  test.each(['rate_limited', 'unavailable', 'auth_failed'] as const)(
    '%s is a matter of the system: the record waits for it in its place',
    (code) => {
      const history = { attempts: 4, waits: 500 };
      expect(decide(code, history)).toEqual({ kind: 'circuit', code, history });
    },
  );

  test.each(['budget_spent', 'stopped'] as const)('%s says nothing of the record', (code) => {
    const history = { attempts: 4, waits: 500 };
    expect(decide(code, history)).toEqual({ kind: 'hand_back', history });
  });

  test.each(['record_failed', 'unexpected'] as const)('%s climbs the ladder and gives up at the fifth', (code) => {
    const waits = [0, 1, 2, 3].map((attempts) => decide(code, { attempts, waits: 0 }));
    expect(waits.map((decision) => decision.kind === 'wait' && decision.waitMs)).toEqual([
      60_000, 300_000, 900_000, 3_600_000,
    ]);
    expect(decide(code, { attempts: 4, waits: 0 })).toEqual({
      kind: 'give_up',
      history: { attempts: 5, waits: 0 },
      reviveInMs: null,
    });
  });

  test.each(['rejected', 'forbidden'] as const)('%s is a matter for a person at once', (code) => {
    expect(decide(code)).toEqual({ kind: 'give_up', history: { attempts: 1, waits: 0 }, reviveInMs: null });
  });

  test('a set-up that could do damage stops the pair', () => {
    expect(decide('misconfigured')).toEqual({ kind: 'stop_pair', history: fresh });
  });

  test('an ambiguous write does not count three times in a row, then it does', () => {
    const after = (waits: number) => decide('ambiguous_write', { attempts: 0, waits }, { settleMs: 30_000 });
    expect(after(2)).toEqual({ kind: 'wait', waitMs: 30_000, told: false, history: { attempts: 0, waits: 3 } });
    expect(after(3)).toMatchObject({ kind: 'wait', waitMs: 60_000, told: true, history: { attempts: 1 } });
  });

  test('a record that moves under our hands is looked at again after five seconds, however often', () => {
    const history = { attempts: 1, waits: 2 };
    expect(decide('stale_version', history, { jitter: 1 })).toEqual({
      kind: 'wait',
      waitMs: 5_000,
      told: false,
      history,
    });
  });
});

describe('how long', () => {
  test('jitter makes a wait up to a fifth longer, never shorter, in whole milliseconds', () => {
    expect(decide('record_failed', fresh, { jitter: 1 })).toMatchObject({ waitMs: 72_000 });
    expect(decide('record_failed', fresh, { jitter: 0 })).toMatchObject({ waitMs: 60_000 });
    const odd = { ...defaultRetryPolicy, ladderMs: [1_001] };
    expect(decideRetry({ code: 'unexpected', settleMs: null }, fresh, odd, 0.5)).toMatchObject({ waitMs: 1_101 });
  });

  test('a write that may still take effect is not looked at before', () => {
    expect(decide('ambiguous_write', { attempts: 0, waits: 3 }, { settleMs: 90_000 })).toMatchObject({
      waitMs: 90_000,
    });
    expect(decide('ambiguous_write', { attempts: 1, waits: 3 }, { settleMs: 90_000 })).toMatchObject({
      waitMs: 300_000,
    });
    expect(decide('ambiguous_write')).toMatchObject({ waitMs: 0, told: false });
    expect(decide('ambiguous_write', { attempts: 0, waits: 3 })).toMatchObject({ waitMs: 60_000, told: true });
  });

  test('the last rung of a short ladder repeats, and without a ladder it is a minute', () => {
    const withLadder = (...ladderMs: number[]) =>
      [0, 1, 2].map((attempts) =>
        decideRetry(
          { code: 'unexpected', settleMs: null },
          { attempts, waits: 0 },
          { ...defaultRetryPolicy, maxAttempts: 9, ladderMs },
          0,
        ),
      );
    expect(withLadder(10, 20)).toMatchObject([{ waitMs: 10 }, { waitMs: 20 }, { waitMs: 20 }]);
    expect(withLadder()).toMatchObject([{ waitMs: 60_000 }, { waitMs: 60_000 }, { waitMs: 60_000 }]);
  });

  test('a record that was given up is revived if the house wants that', () => {
    const reviving = { ...defaultRetryPolicy, reviveAfterMs: 86_400_000 };
    expect(decideRetry({ code: 'rejected', settleMs: null }, fresh, reviving, 0)).toMatchObject({
      kind: 'give_up',
      reviveInMs: 86_400_000,
    });
    expect(decideRetry({ code: 'unexpected', settleMs: null }, { attempts: 4, waits: 0 }, reviving, 1)).toMatchObject({
      kind: 'give_up',
      reviveInMs: 103_680_000,
    });
  });
});

describe('the history', () => {
  test('counts attempts and uncounted waits apart', () => {
    const before = { attempts: 2, waits: 7 };
    expect(decide('record_failed', before).history).toEqual({ attempts: 3, waits: 7 });
    expect(decide('rejected', before).history).toEqual({ attempts: 3, waits: 7 });
    expect(decide('misconfigured', before).history).toEqual(before);
  });

  test('of a record that failed once is told to its owner', () => {
    expect(decide('record_failed')).toEqual({
      kind: 'wait',
      waitMs: 60_000,
      told: true,
      history: { attempts: 1, waits: 0 },
    });
  });
});

describe("another couple's creation", () => {
  /** The waits of a record that looks again each time, in seconds. */
  const waits = (looks: number, jitter = 0): number[] => {
    let openForMs = 0;
    return Array.from({ length: looks }, () => {
      const waitMs = creationWaitMs(openForMs, jitter);
      openForMs += waitMs;
      return waitMs / 1_000;
    });
  };

  test('is asked after ever more seldom, every five minutes in the end', () => {
    expect(waits(7)).toEqual([1, 5, 30, 60, 300, 300, 300]);
  });

  test('that was open for long already is waited for no more often by who comes late', () => {
    expect(creationWaitMs(3_600_000, 0)).toBe(300_000);
  });

  test('does not bring all who wait for it back together, and clocks may differ', () => {
    expect(creationWaitMs(-5_000, 1)).toBe(1_200);
  });
});

test.each([
  [0, 60_000],
  [90_000, 90_000],
  [14_400_000, 14_400_000],
  [86_400_000, 14_400_000],
])('what could not be shown after %s ms is tried again after %s ms', (waitedMs, againInMs) => {
  expect(tellAgainInMs(waitedMs, defaultRetryPolicy)).toBe(againInMs);
});
