import { expect, test } from '@jest/globals';
import { utcOf } from './local-time.ts';

test.each([
  ['2026-07-01T12:00:00', '2026-07-01T10:00:00.000Z'],
  ['2026-12-01T12:00:00', '2026-12-01T11:00:00.000Z'],
  ['2026-07-01T12:00:00.1234567', '2026-07-01T10:00:00.123Z'],
  ['2026-07-01T12:00:00Z', '2026-07-01T12:00:00.000Z'],
  ['2026-07-01T12:00:00+05:00', '2026-07-01T07:00:00.000Z'],
  // Said twice on this day: the earlier one is meant.
  ['2026-10-25T02:30:00', '2026-10-25T00:30:00.000Z'],
  ['2026-10-25T02:30:00+01:00', '2026-10-25T01:30:00.000Z'],
  ['2026-10-25T03:00:00', '2026-10-25T02:00:00.000Z'],
  // Said by no clock on this day.
  ['2026-03-29T02:30:00', '2026-03-29T01:30:00.000Z'],
  ['0001-01-01T00:00:00', null],
  ['yesterday', null],
  ['', null],
  [null, null],
  [7, null],
])('%p in Berlin is %p', (local, expected) => {
  expect(utcOf(local, 'Europe/Berlin')).toBe(expected);
});
