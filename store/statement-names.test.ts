import { expect, test } from '@jest/globals';
import { StatementNames } from './statement-names.ts';

const timesNamed = (names: StatementNames, text: string, times: number): readonly (string | undefined)[] =>
  Array.from({ length: times }, () => names.nameOf(text));

test('a statement has no name until it is used for the fifth time, and then always the same', () => {
  const names = new StatementNames();
  const given = timesNamed(names, 'select $1', 7);
  expect(given.slice(0, 4)).toEqual([undefined, undefined, undefined, undefined]);
  expect(given[4]).toEqual(expect.any(String));
  expect(given.slice(5)).toEqual([given[4], given[4]]);
});

test('no two statements share a name', () => {
  const names = new StatementNames();
  const given = Array.from({ length: 100 }, (_, n) => timesNamed(names, `select $1 + ${n}`, 5).at(-1));
  expect(new Set(given).size).toBe(100);
});

test('three hundred have a name; those that come later have none, and nothing is counted for them for ever', () => {
  const names = new StatementNames();
  const given = Array.from({ length: 400 }, (_, n) => timesNamed(names, `select $1 + ${n}`, 6).at(-1));
  expect(given.filter((name) => name !== undefined)).toHaveLength(300);
  expect(names.nameOf('select $1 + 0')).toBe(given[0]);
});

test('statements that come once each do not keep one that comes often from its name', () => {
  const names = new StatementNames();
  for (let n = 0; n < 10_000; n += 1) names.nameOf(`select $1 + ${n}`);
  expect(timesNamed(names, 'select $1', 5).at(-1)).toEqual(expect.any(String));
});

test('one that is as long as a list of thousands of rows has none', () => {
  expect(timesNamed(new StatementNames(), `select ${'$1 + '.repeat(5_000)}$1`, 6).at(-1)).toBeUndefined();
});
