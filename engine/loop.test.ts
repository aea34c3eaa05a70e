import { describe, expect, test } from '@jest/globals';
import { defaultLoopLimit, loopingFields, type RecentWrite } from './loop.ts';
import type { Json, Side } from './values.ts';

const to = (side: Side, newValue: Json, field = 'city'): RecentWrite => ({ field, side, newValue });
const limit = (returns: number) => ({ windowMs: 3_600_000, returns });
/** The field goes back and forth so often, ending on the replica. */
const backAndForth = (returns: number): RecentWrite[] =>
  Array.from({ length: returns + 1 }, (_, index) =>
    to((returns - index) % 2 === 0 ? 'replica' : 'master', `value ${index}`),
  );
/** Whether the last of these writes may still be made. */
const stops = (writes: readonly RecentWrite[], returns: number) =>
  loopingFields(writes.slice(0, -1), writes.slice(-1), limit(returns)).length > 0;

test('by default six returns within an hour are allowed', () => {
  expect(defaultLoopLimit).toEqual({ windowMs: 3_600_000, returns: 6 });
});

describe('a field goes back and forth', () => {
  test.each([1, 2, 6])('if it changes the side more than %d times, and not one time earlier', (returns) => {
    expect(stops(backAndForth(returns), returns)).toBe(false);
    expect(stops(backAndForth(returns + 1), returns)).toBe(true);
  });

  test('if one side gets the same value again and again', () => {
    const again = [to('replica', 'Celle'), to('replica', 'Celle'), to('replica', 'Celle')];
    expect(stops(again, 2)).toBe(false);
    expect(stops([...again, to('replica', 'Celle')], 2)).toBe(true);
  });

  test('if one side alternates between two values', () => {
    const [celle, peine] = [to('replica', 'Celle'), to('replica', 'Peine')];
    expect(stops([celle, peine, celle, peine], 2)).toBe(false);
    expect(stops([celle, peine, celle, peine, celle], 2)).toBe(true);
  });

  test('a write that changes the side and brings a known value is one return, not two', () => {
    const writes = [to('master', 'Celle'), to('replica', 'Peine'), to('master', 'Celle')];
    expect(stops(writes, 2)).toBe(false);
    expect(stops(writes, 1)).toBe(true);
  });

  test('the order of keys in a value does not make it another one', () => {
    expect(stops([to('replica', { a: 1, b: 2 }), to('replica', { b: 2, a: 1 })], 0)).toBe(true);
  });
});

describe('work is no loop', () => {
  test('a value that both sides get at once', () => {
    const combined = ['x; y', 'x; z', 'y'].flatMap((value) => [to('master', value), to('replica', value)]);
    expect(stops(combined, 2)).toBe(false);
    expect(stops(combined, 1)).toBe(true);
  });

  test('ever new values for one side, however many', () => {
    const typing = Array.from({ length: 50 }, (_, index) => to('replica', `value ${index}`));
    expect(stops(typing, 0)).toBe(false);
  });

  test('a number and the text of that number are two values', () => {
    expect(stops([to('replica', 1), to('replica', '1')], 0)).toBe(false);
  });

  test('the writes of other fields', () => {
    const others = backAndForth(9).map((write) => ({ ...write, field: 'surname' }));
    expect(loopingFields(others, [to('replica', 'Celle')], limit(1))).toEqual([]);
    expect(loopingFields([], [to('replica', 'Celle'), to('master', 'Meier', 'surname')], limit(0))).toEqual([]);
  });

  test('a field that is not about to be written', () => {
    expect(loopingFields(backAndForth(9), [], limit(1))).toEqual([]);
  });
});

test('every field that goes back and forth is named once, in the order of the writes', () => {
  const past = [...backAndForth(5), ...backAndForth(5).map((write) => ({ ...write, field: 'surname' }))];
  const planned = [to('master', 'x', 'surname'), to('master', 'x'), to('replica', 'x'), to('replica', 'x', 'nickname')];
  expect(loopingFields(past, planned, limit(5))).toEqual(['surname', 'city']);
});
