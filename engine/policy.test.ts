import { describe, expect, test } from '@jest/globals';
import {
  askPerson,
  combined,
  masterWins,
  newestWins,
  type Policy,
  policyInWords,
  policyKinds,
  replicaWins,
  unionOf,
} from './policy.ts';
import type { Canonical } from './values.ts';

const made = (policy: Policy, base: Canonical | undefined, master: Canonical, replica: Canonical): Canonical => {
  if (policy.kind !== 'combine') throw new Error(`expected a function, got ${policy.kind}`);
  return policy.combine({ base, values: { master, replica } });
};

test('every policy has its kind', () => {
  const policies = [masterWins, replicaWins, newestWins(), askPerson, combined('sum', () => null)];
  expect(policies.map(({ kind }) => kind)).toEqual(policyKinds);
  expect(policyKinds).toEqual(['master', 'replica', 'newest', 'manual', 'combine']);
});

test('the newest wins by more than five seconds, unless the pair says otherwise', () => {
  expect([newestWins(), newestWins({}), newestWins({ toleranceMs: 60_000 }), newestWins({ toleranceMs: 0 })]).toEqual(
    [5_000, 5_000, 60_000, 0].map((toleranceMs) => ({ kind: 'newest', toleranceMs })),
  );
});

test('in words, for documentation and for telling definitions apart', () => {
  const policies = [
    masterWins,
    replicaWins,
    newestWins({ toleranceMs: 1_500 }),
    askPerson,
    combined('sum', () => null),
  ];
  expect(policies.map(policyInWords)).toEqual([
    'the master wins',
    'the replica wins',
    'the newest wins, the master within 1.5 s',
    'a person decides',
    'combined: sum',
  ]);
  expect(policyInWords(unionOf(','))).toBe('combined: union of the items between ","');
  expect(policyInWords(unionOf(','))).not.toBe(policyInWords(unionOf(';')));
});

describe('the union of two lists', () => {
  const union = (base: Canonical | undefined, master: Canonical, replica: Canonical) =>
    made(unionOf(';'), base, master, replica);

  test('keeps what either side has added, the master first, and each item once', () => {
    expect(union('a', 'a; b', 'a; c; b')).toBe('a; b; c');
    expect(union(null, 'a', 'b')).toBe('a; b');
  });

  test('loses what either side has removed', () => {
    expect(union('a; b; c', 'b; c', 'a; c')).toBe('c');
    expect(union('a; b', 'a', 'a; b; c')).toBe('a; c');
  });

  test('is empty if nothing is left', () => {
    expect(union('a; b', 'a', 'b')).toBeNull();
    expect(union('a', null, 'a')).toBeNull();
  });

  test('removes nothing where the base is not known', () => {
    expect(union(undefined, 'a; b', 'b; c')).toBe('a; b; c');
    expect(union(undefined, null, 'a')).toBe('a');
  });

  test('does not care about white space and empty items', () => {
    expect(union(' a ;b', ' a;;  b ; ', 'a ; b;c')).toBe('a; b; c');
  });

  test('takes a number for an item', () => {
    expect(union(undefined, 7, '7; 8')).toBe('7; 8');
  });

  test('may have another separator', () => {
    expect(made(unionOf(','), 'a;b', 'a;b, c', 'a;b, d')).toBe('a;b, c, d');
  });
});
