import { describe, expect, test } from '@jest/globals';
import { people } from '../test/support/people.ts';
import type { FieldDecision } from './decide.ts';
import type { Rule } from './rules.ts';
import type { Side } from './values.ts';
import { verdictOf } from './verdict.ts';

const field = people.fields[0]!;
const agreed: FieldDecision = { kind: 'agreed', field };
const kept: FieldDecision = { kind: 'kept', field };
const open: FieldDecision = { kind: 'open', field };
const settled = (rule: Rule, from: Side | null): FieldDecision => ({
  kind: 'settled',
  field,
  value: 'x',
  from,
  rule,
});
const [masterEdit, replicaEdit] = [
  settled('only_master_changed', 'master'),
  settled('only_replica_changed', 'replica'),
];

test('nothing to do', () => {
  expect([verdictOf([]), verdictOf([agreed, kept])]).toEqual(['no_change', 'no_change']);
});

test('one side was newer', () => {
  expect(verdictOf([agreed, masterEdit, masterEdit])).toBe('master_newer');
  expect(verdictOf([replicaEdit, kept])).toBe('replica_newer');
});

test('both were, in different fields', () => {
  expect(verdictOf([masterEdit, agreed, replicaEdit])).toBe('merged');
  expect(verdictOf([replicaEdit, masterEdit])).toBe('merged');
});

test('a value of a person is neither side, so it is a merge', () => {
  expect(verdictOf([settled('decided_value', null)])).toBe('merged');
});

describe('a conflict', () => {
  test('is a field that waits for a person, whatever else is written', () => {
    expect([verdictOf([open]), verdictOf([masterEdit, open])]).toEqual(['conflict', 'conflict']);
  });

  test.each<Rule>([
    'both_changed_master_wins',
    'both_changed_replica_wins',
    'newest_master_wins',
    'newest_replica_wins',
    'newest_tie_master_wins',
    'newest_time_unknown_master_wins',
    'combined',
    'first_sync_master_wins',
    'first_sync_replica_wins',
  ])('is what was decided by %s', (rule) => {
    expect(verdictOf([masterEdit, settled(rule, 'master'), replicaEdit])).toBe('conflict');
  });

  test.each<Rule>(['decided_master', 'first_sync_fill', 'against_direction', 'required'])('is not: %s', (rule) => {
    expect(verdictOf([settled(rule, 'master')])).toBe('master_newer');
    expect(verdictOf([settled(rule, 'replica')])).toBe('replica_newer');
  });
});
