import { describe, expect, test } from '@jest/globals';
import { clockToleranceMs, type RememberedSync, statesSince } from './remembered-sync.ts';

const lastSync = '2026-11-20T10:00:00.000Z';
const after = (ms: number): string => new Date(Date.parse(lastSync) + ms).toISOString();
const nobody = { version: null, modifiedAt: null, modifiedByUs: null };
type Witness = Parameters<typeof statesSince>[1]['master'];

const states = (
  master: Partial<Witness>,
  replica: Partial<Witness>,
  remembered: RememberedSync = { replicaVersion: 'row-1', lastSync },
) => {
  const since = statesSince(remembered, {
    master: { ...nobody, ...master },
    replica: { ...nobody, version: 'row-1', ...replica },
  });
  return [since.master, since.replica];
};

test('the clocks of two servers may differ by five seconds', () => {
  expect(clockToleranceMs).toBe(5_000);
});

test('nothing has moved, or nothing is remembered: a first sync', () => {
  expect(states({}, {})).toEqual(['unknown', 'unknown']);
  const nothing = { replicaVersion: null, lastSync: null };
  expect(states({ modifiedAt: after(60_000) }, { modifiedAt: after(60_000) }, nothing)).toEqual(['unknown', 'unknown']);
});

describe('the replica has moved', () => {
  test('if its version is another one, whatever its time says', () => {
    expect(states({}, { version: 'row-2' })).toEqual(['unchanged', 'changed']);
    expect(states({}, { version: 'row-2', modifiedAt: after(-60_000) })).toEqual(['unchanged', 'changed']);
  });

  test('not if its version is the same, whatever its time says', () => {
    expect(states({}, { version: 'row-1', modifiedAt: after(60_000) })).toEqual(['unknown', 'unknown']);
  });

  test('by its time where one of the versions is not known', () => {
    const later = { modifiedAt: after(60_000) };
    expect(states({}, { ...later, version: null })).toEqual(['unchanged', 'changed']);
    expect(states({}, later, { replicaVersion: null, lastSync })).toEqual(['unchanged', 'changed']);
    expect(states({}, { version: null })).toEqual(['unknown', 'unknown']);
    expect(states({}, { ...later, version: null }, { replicaVersion: 'row-1', lastSync: null })).toEqual([
      'unknown',
      'unknown',
    ]);
  });

  test('even if we were its last author: its time is not bumped by our status', () => {
    expect(states({}, { version: null, modifiedAt: after(60_000), modifiedByUs: true })).toEqual([
      'unchanged',
      'changed',
    ]);
  });
});

describe('the master has moved', () => {
  test('if somebody else modified it later than the clocks can differ', () => {
    expect(states({ modifiedAt: after(5_000) }, {})).toEqual(['unknown', 'unknown']);
    expect(states({ modifiedAt: after(5_001) }, {})).toEqual(['changed', 'unchanged']);
  });

  test('also if the system does not tell who it was', () => {
    expect(states({ modifiedAt: after(60_000), modifiedByUs: null }, {})).toEqual(['changed', 'unchanged']);
    expect(states({ modifiedAt: after(60_000), modifiedByUs: false }, {})).toEqual(['changed', 'unchanged']);
  });

  test('not if it was us, nor if there is no time', () => {
    expect(states({ modifiedAt: after(60_000), modifiedByUs: true }, {})).toEqual(['unknown', 'unknown']);
    expect(states({ modifiedAt: null, modifiedByUs: false }, {})).toEqual(['unknown', 'unknown']);
  });

  test('not by its version, which our own status write has moved', () => {
    expect(states({ version: 'another' }, {})).toEqual(['unknown', 'unknown']);
  });
});

test('both have moved', () => {
  expect(states({ modifiedAt: after(60_000) }, { version: 'row-2' })).toEqual(['changed', 'changed']);
});
