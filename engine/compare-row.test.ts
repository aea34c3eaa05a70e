import { describe, expect, test } from '@jest/globals';
import { people } from '../test/support/people.ts';
import { agreedOn } from '../test/support/planning.ts';
import { comparedAttributes, compareRow, type KnownLink, type RowComparison } from './compare-row.ts';
import type { Attributes, Side } from './values.ts';

const meier = { surname: 'Meier', city: 'Hannover', born: '2001-01-05', vow: 'a long text' };
const agreed = agreedOn(meier);

const linked: KnownLink = {
  state: 'linked',
  gone: null,
  failure: null,
  nextAttemptAt: null,
  baseMaster: agreed.master,
  baseReplica: agreed.replica,
  versionMaster: '4',
  versionReplica: 'abc',
  replicaId: 'r1',
  formerReplicaIds: ['r0'],
  statusSeen: { number: 'r1' },
};

const shown: Attributes = { ...agreed.master, number: 'r1' };

const master = (attributes: Attributes = {}, link: KnownLink | null = linked, rest: Partial<RowComparison> = {}) =>
  compareRow({
    pair: people,
    side: 'master',
    row: { id: 'm1', version: '4', attributes: { ...shown, ...attributes } },
    link,
    showsLess: () => false,
    ...rest,
  });

const replica = (attributes: Attributes = {}, link: KnownLink = linked) =>
  compareRow({
    pair: people,
    side: 'replica',
    row: { id: 'r1', version: 'another', attributes: { ...agreed.replica, ...attributes } },
    link,
    showsLess: () => false,
  });

describe('a row of a record that no couple has', () => {
  test('is news', () => {
    expect(master({}, null)).toBe('unlinked');
  });
});

describe('a row of a couple that agrees', () => {
  test('is not worth a look while it shows what was agreed, whatever its version', () => {
    expect(master()).toBe('same');
    expect(replica()).toBe('same');
    expect(replica({ their_born: '2001-01-05T00:00:00', their_hobby: 'chess' })).toBe('same');
  });

  test('is worth one as soon as a field means something else', () => {
    expect(master({ city: 'Celle' })).toBe('differing');
    expect(master({ city: null })).toBe('differing');
    expect(replica({ their_city: 'Celle' })).toBe('differing');
  });

  test('is worth one if a field was never looked at, as after a change of the mapping', () => {
    const { mood: _mood, ...before } = agreed.master;
    expect(master({}, { ...linked, baseMaster: before })).toBe('differing');
    expect(master({}, { ...linked, baseMaster: null })).toBe('differing');
  });
});

describe("the partner's number in the master's row", () => {
  test('may be that of the partner or of a former one', () => {
    expect(master({ number: 'r1' })).toBe('same');
    expect(master({ number: 'r0' })).toBe('same');
  });

  test('is worth a look if it is another one, or was emptied after we had written it', () => {
    expect(master({ number: 'r7' })).toBe('differing');
    expect(master({ number: null })).toBe('differing');
  });

  test('is not if the master never showed one', () => {
    expect(master({ number: null }, { ...linked, statusSeen: null })).toBe('same');
    expect(master({ number: null }, { ...linked, statusSeen: { number: null } })).toBe('same');
  });
});

describe('a field that a row shows less of than a read does', () => {
  const showsLess = (attribute: string): boolean => attribute === 'vow';
  const cut = { vow: 'a lo' };

  test('is left to the version of the record', () => {
    expect(master(cut, linked, { showsLess })).toBe('same');
    expect(master(cut, { ...linked, versionMaster: '3' }, { showsLess })).toBe('differing');
  });

  test('is worth a look where a version is missing', () => {
    const row = { id: 'm1', version: null, attributes: { ...shown, ...cut } };
    expect(master(cut, { ...linked, versionMaster: null }, { showsLess })).toBe('differing');
    expect(master(cut, { ...linked, versionMaster: null }, { showsLess, row })).toBe('differing');
  });

  test('hides no other field', () => {
    expect(master({ ...cut, city: 'Celle' }, linked, { showsLess })).toBe('differing');
  });
});

describe('a record that waits or is parked', () => {
  const edited = { ...meier, city: 'Celle' };
  const seen = { master: { ...agreedOn(edited).master, number: 'r1' } };
  const parked: KnownLink = { ...linked, state: 'parked', failure: { seen } };
  const waiting: KnownLink = { ...linked, failure: { seen }, nextAttemptAt: new Date(0) };
  const untouched: KnownLink = { ...linked, state: 'new', baseMaster: null, baseReplica: null, replicaId: null };

  test.each([
    ['parked', parked],
    ['waiting', waiting],
    ['waiting, and never in agreement', { ...untouched, failure: { seen }, nextAttemptAt: new Date(0) }],
    ['parked, and never in agreement', { ...untouched, state: 'parked' as const, failure: { seen } }],
  ])('is left alone as long as it shows what it showed when it failed: %s', (_name, link) => {
    expect(master({ city: 'Celle' }, link)).toBe('same');
    expect(master({ city: 'Peine' }, link)).toBe('differing');
    expect(master({ city: 'Celle', number: 'r7' }, link)).toBe('differing');
  });

  test('is compared with the agreement where nobody knows what it showed', () => {
    const failure = { seen: {} };
    expect(master({}, { ...parked, failure })).toBe('same');
    expect(master({ city: 'Celle' }, { ...parked, failure })).toBe('differing');
    expect(master({}, { ...untouched, failure })).toBe('same');
  });

  test('does not keep a record back that nobody has tried yet', () => {
    expect(master({}, untouched)).toBe('differing');
    expect(master({}, { ...untouched, nextAttemptAt: new Date(0) })).toBe('same');
  });
});

describe('a row of a couple that was parted', () => {
  const parted = (state: 'unlinked' | 'deleted', gone: KnownLink['gone']): KnownLink => ({ ...linked, state, gone });

  test.each(['master', 'both'] as const)('has returned if it was gone: %s', (gone) => {
    expect(master({}, parted('deleted', gone))).toBe('returned');
  });

  test('stays alone if the other one was gone', () => {
    expect(master({ city: 'Celle' }, parted('unlinked', 'replica'))).toBe('same');
    expect(replica({}, parted('unlinked', 'replica'))).toBe('returned');
  });

  test('stays alone where nothing is known to be gone', () => {
    expect(master({}, parted('unlinked', null))).toBe('same');
  });
});

test('what a row must show: the mapped attributes, and on the master the number of the partner', () => {
  const attributes = (side: Side) => comparedAttributes(people, side);
  expect(attributes('master')).toContain('number');
  expect(attributes('master')).toContain('surname');
  expect(attributes('replica')).toContain('their_surname');
  expect(attributes('replica')).not.toContain('number');
  expect(new Set(attributes('master')).size).toBe(attributes('master').length);
});
