import { expect, test } from '@jest/globals';
import { catchUpIntervalMs } from './watch-interval.ts';

test.each<[string, Parameters<typeof catchUpIntervalMs>[0], readonly string[], number | null]>([
  ['the common one', { catchUpEveryMs: 10 }, ['A', 'B'], 10],
  ["a system's own", { catchUpEveryMs: 10, catchUpEveryMsOf: { A: 60 } }, ['A'], 60],
  ['the longest of several', { catchUpEveryMs: 10, catchUpEveryMsOf: { A: 60, B: 30 } }, ['A', 'B', 'C'], 60],
  ['a shorter one beside the common one', { catchUpEveryMs: 10, catchUpEveryMsOf: { A: 5 } }, ['A', 'B'], 10],
  ['none, if one of them is never asked', { catchUpEveryMs: 10, catchUpEveryMsOf: { A: null } }, ['A', 'B'], null],
  ['none, if nobody is asked at all', { catchUpEveryMs: null, catchUpEveryMsOf: { A: 5 } }, ['A'], null],
])('the interval is %s', (_title, intervals, systems, expected) => {
  expect(catchUpIntervalMs(intervals, systems)).toBe(expected);
});
