import { describe, expect, test } from '@jest/globals';
import { asReplica, people } from '../test/support/people.ts';
import { type Candidate, creationKey, keyOf, matchIdentity } from './identity.ts';
import type { IdentityKey, PairDefinition } from './pair.ts';
import type { Attributes } from './values.ts';

const meier = { account: '17', surname: 'Meier', born: '2001-01-05' };
const [account, nameAndBirthday] = people.identity as readonly [IdentityKey, IdentityKey];
const candidate = (id: string, attributes: Attributes, namesPartner = false): Candidate => ({
  id,
  attributes: asReplica(attributes),
  namesPartner,
});
const match = (candidates: readonly Candidate[], existing: Attributes = meier, pair: PairDefinition = people) =>
  matchIdentity(pair, 'replica', existing, candidates);

describe('which candidate is the partner', () => {
  test('nobody where there are none, or none is alike', () => {
    expect(match([])).toEqual({ kind: 'none' });
    expect(match([candidate('r1', { account: '18', surname: 'Meier', born: '1980-02-29' })])).toEqual({ kind: 'none' });
  });

  test('the only one with the same strong key, among others that are weakly alike', () => {
    const alike = candidate('r1', { surname: 'Meier', born: '2001-01-05' });
    expect(match([alike, candidate('r2', { account: '17' })])).toEqual({ kind: 'same', id: 'r2' });
  });

  test('a question if several have it: those alone, not the weakly alike ones', () => {
    const alike = candidate('r1', { surname: 'Meier', born: '2001-01-05' });
    const two = [candidate('r2', { account: '17' }), alike, candidate('r3', { account: '17' })];
    expect(match(two)).toEqual({ kind: 'look_alikes', ids: ['r2', 'r3'] });
  });

  test('a question if a weak key matches, even if only one does', () => {
    expect(match([candidate('r1', { surname: 'Meier', born: '2001-01-05' })])).toEqual({
      kind: 'look_alikes',
      ids: ['r1'],
    });
  });

  test('the one that names this record, though another one has the strong key', () => {
    expect(match([candidate('r1', { account: '17' }), candidate('r2', {}, true)])).toEqual({ kind: 'same', id: 'r2' });
  });

  test('a question if several name this record', () => {
    const two = [candidate('r1', {}, true), candidate('r2', { account: '17' }, true), candidate('r3', {})];
    expect(match(two)).toEqual({ kind: 'look_alikes', ids: ['r1', 'r2'] });
  });

  test('never one whose key is empty on both sides', () => {
    expect(match([candidate('r1', { account: '' })], { account: null, surname: 'Meier' })).toEqual({ kind: 'none' });
    expect(match([candidate('r1', { surname: 'Meier' })], { surname: 'Meier' })).toEqual({ kind: 'none' });
  });

  test('any key of that strength will do', () => {
    const pair = { ...people, identity: [{ ...nameAndBirthday, strength: 'strong' as const }, account] };
    expect(match([candidate('r1', { account: '17' })], meier, pair)).toEqual({ kind: 'same', id: 'r1' });
  });

  test('a master is found for a replica in the same way', () => {
    const inMaster: Candidate = { id: 'm1', attributes: { account: '17' }, namesPartner: false };
    expect(matchIdentity(people, 'master', asReplica(meier), [inMaster])).toEqual({ kind: 'same', id: 'm1' });
  });
});

describe('the value of a key', () => {
  test('does not depend on capitals, white space and the form in which a side holds it', () => {
    const one = keyOf(people, nameAndBirthday, 'master', { surname: ' von  der\tÄU ', born: '2001-01-05' });
    const other = keyOf(people, nameAndBirthday, 'replica', {
      their_surname: 'Von der äu',
      their_born: '2001-01-05T00:00:00',
    });
    expect(one).not.toBeNull();
    expect(one).toBe(other);
  });

  test('depends on whether there is white space at all', () => {
    const spaced = keyOf(people, nameAndBirthday, 'master', { ...meier, surname: 'von der Au' });
    expect(spaced).not.toBe(keyOf(people, nameAndBirthday, 'master', { ...meier, surname: 'vonderau' }));
  });

  test('depends on every part', () => {
    const other = { ...meier, born: '1980-02-29' };
    expect(keyOf(people, nameAndBirthday, 'master', meier)).not.toBe(keyOf(people, nameAndBirthday, 'master', other));
  });

  test('depends on where one part ends and the next one begins', () => {
    const names: IdentityKey = { name: 'names', fields: ['surname', 'city'], strength: 'strong' };
    const one = keyOf(people, names, 'master', { surname: 'Anna Maria', city: 'Meier' });
    expect(one).not.toBe(keyOf(people, names, 'master', { surname: 'Anna', city: 'Maria Meier' }));
  });

  test('is none if a part is empty or there is no such field', () => {
    expect(keyOf(people, nameAndBirthday, 'master', { surname: 'Meier', born: '' })).toBeNull();
    expect(keyOf(people, { ...account, fields: ['account', 'passport'] }, 'master', meier)).toBeNull();
  });
});

describe('creations that exclude each other', () => {
  test('have the same first key that has a value', () => {
    expect(creationKey(people, 'master', meier)).toBe('account:17');
    const { account: _account, ...withoutAccount } = meier;
    const name = creationKey(people, 'master', withoutAccount);
    expect(name).toMatch(/^surname and birthday:meier\s2001-01-05$/);
    expect(creationKey(people, 'replica', asReplica({ ...withoutAccount, surname: 'MEIER' }))).toBe(name);
  });

  test('do not exist for a record without any key', () => {
    expect(creationKey(people, 'master', { city: 'Celle' })).toBeNull();
  });
});
