import { describe, expect, test } from '@jest/globals';
import { defaultProbeLadderMs, isSystemAtFault, noFailures, probeWaitMs, withFailure } from './circuit.ts';

const runOf = (...records: string[]) => records.reduce(withFailure, noFailures);

describe('whose fault a run of failures is', () => {
  test('one record may fail as often as it likes', () => {
    expect(isSystemAtFault(runOf(...Array.from({ length: 50 }, () => 'a')))).toBe(false);
  });

  test('five failures of three records are the system', () => {
    expect(isSystemAtFault(runOf('a', 'a', 'a', 'b', 'c'))).toBe(true);
    expect(isSystemAtFault(runOf('a', 'a', 'b', 'b', 'b'))).toBe(false);
    expect(isSystemAtFault(runOf('a', 'b', 'c', 'd'))).toBe(false);
  });
});

describe('when the system is asked again', () => {
  test('after 15 s at first, ever more rarely up to 15 min', () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 100].map((probes) => probeWaitMs('unavailable', probes, defaultProbeLadderMs));
    expect(waits.map((ms) => ms / 1_000)).toEqual([15, 30, 60, 120, 300, 900, 900, 900]);
  });

  test('refused credentials are not shown again within a minute', () => {
    const waits = [0, 1, 2, 3].map((probes) => probeWaitMs('auth_failed', probes, [1_000, 2_000, 60_000, 90_000]));
    expect(waits).toEqual([60_000, 60_000, 60_000, 90_000]);
  });

  test('a system that names the pause is not asked before it is over', () => {
    expect(probeWaitMs('rate_limited', 0, defaultProbeLadderMs, 40_000)).toBe(40_000);
    expect(probeWaitMs('rate_limited', 0, defaultProbeLadderMs, 10 ** 12)).toBe(3_600_000);
    expect(probeWaitMs('rate_limited', 1, defaultProbeLadderMs)).toBe(30_000);
    expect(probeWaitMs('unavailable', 0, [])).toBe(60_000);
  });
});
