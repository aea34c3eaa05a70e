import { expect, test } from '@jest/globals';
import { contestedRules, losingRules, type Rule, rules } from './rules.ts';

test('every rule says in words why a value was written, and no two say the same', () => {
  const texts = Object.values(rules);
  for (const text of texts) expect(text).toMatch(/^[a-z].+ .+[a-z]$/);
  expect(new Set(texts).size).toBe(texts.length);
});

test('a value that somebody had put there is kept as the loser in every contest, and where it is put back', () => {
  const notContested = [...losingRules].filter((rule) => !contestedRules.has(rule));
  const expected: Rule[] = ['decided_master', 'decided_replica', 'decided_value', 'against_direction', 'required'];
  expect(notContested).toEqual(expected);
  expect([...contestedRules].every((rule) => losingRules.has(rule))).toBe(true);
});

test('an edit of one side alone is no contest and overwrites nobody', () => {
  const plain: Rule[] = ['only_master_changed', 'only_replica_changed', 'first_sync_fill', 'created', 'restored'];
  expect(plain.filter((rule) => losingRules.has(rule) || contestedRules.has(rule))).toEqual([]);
});
