import { describe, expect, test } from '@jest/globals';
import { callPriorities, parseCallWindows, shareOf } from './call-budget.ts';

describe('the windows of a budget', () => {
  test.each([
    ['100/10s', [{ calls: 100, perMs: 10_000 }]],
    [
      ' 100/10s, 4000/30m ,',
      [
        { calls: 100, perMs: 10_000 },
        { calls: 4_000, perMs: 1_800_000 },
      ],
    ],
    ['1/250ms', [{ calls: 1, perMs: 250 }]],
    ['5/1h', [{ calls: 5, perMs: 3_600_000 }]],
    ['', []],
  ])('%j are read', (text, windows) => {
    expect(parseCallWindows(text)).toEqual(windows);
  });

  test.each([
    '100',
    '100/10',
    '100/s',
    '0/10s',
    '100/0s',
    '-1/10s',
    '1.5/10s',
    '100/10d',
    '100/10s;5/1h',
    '100/10s 5/1h',
  ])('%j are refused', (text) => {
    expect(parseCallWindows(text)).toBeNull();
  });
});

describe('the share of a class', () => {
  const shares = (calls: number) => callPriorities.map((priority) => shareOf(calls, priority));

  test('leaves room for the more urgent ones', () => {
    expect(shares(100)).toEqual([100, 90, 80, 70, 70]);
    expect(shares(10)).toEqual([10, 9, 8, 7, 7]);
  });

  test('is one call at least, and of a window of two one stays free', () => {
    expect(shares(2)).toEqual([2, 1, 1, 1, 1]);
    expect(shares(1)).toEqual([1, 1, 1, 1, 1]);
  });

  test('of nothing is nothing', () => {
    expect(shares(0)).toEqual([0, 0, 0, 0, 0]);
  });
});
