import { expect, test } from '@jest/globals';
import { allowedRemovals, defaultDeletionBudget, deletePolicyKinds } from './deletion.ts';

test('by default ten removals in an hour, or one in a hundred couples', () => {
  expect(defaultDeletionBudget).toEqual({ windowMs: 3_600_000, least: 10, share: 0.01 });
});

test.each([
  [0, 10],
  [999, 10],
  [1_000, 10],
  [1_099, 10],
  [1_100, 11],
  [1_199, 11],
  [50_000, 500],
])('of %d couples %d may go', (couples, allowed) => {
  expect(allowedRemovals(defaultDeletionBudget, couples)).toBe(allowed);
});

test('a budget of nothing allows nothing', () => {
  expect(allowedRemovals({ windowMs: 1, least: 0, share: 0 }, 1_000_000)).toBe(0);
  expect(allowedRemovals({ windowMs: 1, least: 0, share: 1 }, 7)).toBe(7);
});

test('there are four policies', () => {
  expect(deletePolicyKinds).toEqual(['delete', 'archive', 'unlink', 'ask']);
});
