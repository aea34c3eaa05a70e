import { describe, expect, test } from '@jest/globals';
import { rollingCheckEveryMs, visitPlan } from './visit-plan.ts';

const dayMs = 86_400_000;

describe('how many records a round visits', () => {
  test.each([1, 7, 1_000, 8_000, 100_000])(
    '%d records are all visited within the period, never seen before or not',
    (linked) => {
      const { limit } = visitPlan(linked, dayMs);
      const rounds = Math.ceil(linked / limit);
      expect(rounds * rollingCheckEveryMs).toBeLessThanOrEqual(dayMs);
    },
  );

  test('a record is not visited again before most of the period is over', () => {
    expect(visitPlan(1, dayMs).unseenForMs).toBe(0.8 * dayMs);
  });

  test('8,000 records within a day take twelve visits a minute at most', () => {
    expect(visitPlan(8_000, dayMs).limit).toBe(12);
  });

  test('nothing is linked: nothing is visited', () => {
    expect(visitPlan(0, dayMs).limit).toBe(0);
  });
});
