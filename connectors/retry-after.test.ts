import { expect, test } from '@jest/globals';
import { retryAfterMs } from './retry-after.ts';

const nowMs = Date.parse('2026-11-21T01:50:00Z');

test.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['1.5', 1_500],
  ['Sat, 21 Nov 2026 01:50:27 GMT', 27_000],
  ['Sat, 21 Nov 2026 01:49:00 GMT', 0],
  ['soon', null],
  ['-5', null],
  ['', null],
  [null, null],
])('a Retry-After of %p asks for %p ms', (header, expected) => {
  expect(retryAfterMs(header, nowMs)).toBe(expected);
});
