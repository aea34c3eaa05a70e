import { describe, expect, test } from '@jest/globals';
import { decideRetry, defaultRetryPolicy, type FailureCode } from './retry.ts';

const fresh = { attempts: 0, waits: 0 };
const decide = (
  code: FailureCode,
  history = fresh,
  more: { retryAfterMs?: number; settleMs?: number } = {},
  jitter = 0,
) => decideRetry({ code, retryAfterMs: null, settleMs: null, ...more }, history, defaultRetryPolicy, jitter);

describe('what counts as an attempt', () => {
  test.each(['rate_limited', 'unavailable', 'auth_failed', 'stale_version'] as const)('%s never counts', (code) => {
    for (const waits of [0, 5, 500]) {
      expect(decide(code, { attempts: 4, waits })).toMatchObject({
        kind: 'wait',
        told: false,
        history: { attempts: 4 },
      });
    }
  });

  test.each(['record_failed', 'unexpected'] as const)('%s climbs the ladder and gives up at the fifth', (code) => {
    const waits = [0, 1, 2, 3].map((attempts) => decide(code, { attempts, waits: 0 }));
    expect(waits.map((decision) => decision.kind === 'wait' && decision.waitMs)).toEqual([
      60_000, 300_000, 900_000, 3_600_000,
    ]);
    expect(decide(code, { attempts: 4, waits: 0 })).toEqual({ kind: 'give_up', history: { attempts: 5, waits: 0 } });
  });

  test.each(['rejected', 'forbidden'] as const)('%s is a matter for a person at once', (code) => {
    expect(decide(code).kind).toBe('give_up');
  });

  test('a set-up that could do damage stops the pair', () => {
    expect(decide('misconfigured')).toEqual({ kind: 'stop_pair', history: fresh });
  });

  test('an ambiguous write does not count three times in a row, then it does', () => {
    const after = (waits: number) => decide('ambiguous_write', { attempts: 0, waits }, { settleMs: 30_000 });
    expect(after(2)).toMatchObject({ kind: 'wait', waitMs: 30_000, told: false, history: { attempts: 0, waits: 3 } });
    expect(after(3)).toMatchObject({ kind: 'wait', waitMs: 60_000, told: true, history: { attempts: 1 } });
  });
});

describe('how long', () => {
  test('what the system asks for is kept to', () => {
    expect(decide('rate_limited', fresh, { retryAfterMs: 40_000 })).toMatchObject({ waitMs: 40_000 });
  });

  test('outages are asked about ever more rarely, up to 15 minutes', () => {
    const waits = [0, 1, 2, 3, 4, 5, 50].map((count) => decide('unavailable', { attempts: 0, waits: count }));
    expect(waits.map((decision) => decision.kind === 'wait' && decision.waitMs / 1_000)).toEqual([
      15, 30, 60, 120, 300, 900, 900,
    ]);
  });

  test('jitter makes a wait up to a fifth longer, never shorter', () => {
    expect(decide('record_failed', fresh, {}, 1)).toMatchObject({ waitMs: 72_000 });
    expect(decide('record_failed', fresh, {}, 0)).toMatchObject({ waitMs: 60_000 });
  });

  test('a record that moves under our hands is looked at again after five seconds', () => {
    expect(decide('stale_version', { attempts: 1, waits: 2 }, {}, 1)).toEqual({
      kind: 'wait',
      waitMs: 5_000,
      told: false,
      history: { attempts: 1, waits: 3 },
    });
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
          { code: 'unexpected', retryAfterMs: null, settleMs: null },
          { attempts, waits: 0 },
          { maxAttempts: 9, ladderMs },
          0,
        ),
      );
    expect(withLadder(10, 20)).toMatchObject([{ waitMs: 10 }, { waitMs: 20 }, { waitMs: 20 }]);
    expect(withLadder()).toMatchObject([{ waitMs: 60_000 }, { waitMs: 60_000 }, { waitMs: 60_000 }]);
  });

  test('waits are whole milliseconds', () => {
    expect(decide('rate_limited', fresh, { retryAfterMs: 1_001 }, 0.5)).toMatchObject({ waitMs: 1_101 });
  });
});

describe('the history', () => {
  test('counts attempts and waits apart', () => {
    const before = { attempts: 2, waits: 7 };
    expect(decide('unavailable', before).history).toEqual({ attempts: 2, waits: 8 });
    expect(decide('record_failed', before).history).toEqual({ attempts: 3, waits: 7 });
    expect(decide('rejected', before)).toEqual({ kind: 'give_up', history: { attempts: 3, waits: 7 } });
    expect(decide('misconfigured', before)).toEqual({ kind: 'stop_pair', history: before });
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
