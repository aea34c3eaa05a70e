import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { people } from '../test/support/people.ts';
import { holdsAlways } from '../test/support/property.ts';
import {
  baseAfterCreation,
  baseAfterWrites,
  baseAtCreation,
  baseBetweenWrites,
  isShown,
  presumedOurs,
  tookEffect,
  type UnsettledWrite,
} from './settled-writes.ts';
import type { Attributes, Json, PerSide } from './values.ts';

const toReplica = (name: string, newValue: Json, seenVersion: string | null = '1'): UnsettledWrite => ({
  side: 'replica',
  attribute: `their_${name}`,
  oldValue: null,
  newValue,
  seenVersion,
  fate: 'unknown',
});
const toMaster = (name: string, newValue: Json, seenVersion: string | null = '1'): UnsettledWrite => ({
  side: 'master',
  attribute: name,
  oldValue: null,
  newValue,
  seenVersion,
  fate: 'unknown',
});
const shown = (master: Attributes, replica: Attributes, versions: Partial<PerSide<string | null>> = {}) => ({
  master: { attributes: master, version: versions.master === undefined ? '1' : versions.master, modifiedByUs: null },
  replica: {
    attributes: replica,
    version: versions.replica === undefined ? '1' : versions.replica,
    modifiedByUs: null,
  },
});

describe('whether a write of unknown fate took effect', () => {
  const celle = toReplica('city', 'Celle');

  test.each<[string, UnsettledWrite, Attributes, boolean]>([
    ['the value itself', celle, { their_city: 'Celle' }, true],
    ['another form of it', celle, { their_city: ' Celle ' }, true],
    ['another value', celle, { their_city: 'Peine' }, false],
    ['nothing', celle, {}, false],
    ['an attribute that nobody maps', { ...celle, attribute: 'unknown' }, { unknown: 'Celle' }, false],
    ["the other side's form", toReplica('born', '2001-01-05T00:00:00'), { their_born: '2001-01-05' }, true],
  ])('%s is shown', (_name, write, record, expected) => {
    expect(isShown(people, write, record)).toBe(expected);
  });

  test.each<[Json, string | null, string | null, boolean]>([
    ['Cel', '2', '1', true],
    ['Cel', '1', '1', false],
    ['Cel', null, '1', false],
    ['Cel', '2', null, true],
    ['elle', '2', '1', false],
    ['', '2', '1', false],
    [null, '2', '1', false],
    [7, '2', '1', false],
    ['Celle', '1', '1', true],
  ])('what is left is %j, version %j after %j: %j', (left, version, seenVersion, expected) => {
    const write = toReplica('city', 'Celle', seenVersion);
    expect(tookEffect(people, write, { attributes: { their_city: left }, version, modifiedByUs: null })).toBe(expected);
  });

  test('the old value is no part of a longer new one: it was not taken', () => {
    const write = { ...toReplica('city', 'Bad Celle'), oldValue: 'Bad' };
    const moved = { version: '2', modifiedByUs: null };
    expect(tookEffect(people, write, { attributes: { their_city: 'Bad' }, ...moved })).toBe(false);
    expect(tookEffect(people, write, { attributes: { their_city: ' Bad ' }, ...moved })).toBe(false);
    expect(tookEffect(people, write, { attributes: { their_city: 'Bad C' }, ...moved })).toBe(true);
  });

  test('whatever the values and versions, a record that still shows the old value did not take another one', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 4 });
    const version = fc.constantFrom('1', '2', null);
    holdsAlways(
      fc.property(text, text, version, (oldValue, newValue, now) => {
        const write = { ...toReplica('city', newValue), oldValue };
        const record = { their_city: oldValue };
        const took = tookEffect(people, write, { attributes: record, version: now, modifiedByUs: null });
        expect(took).toBe(isShown(people, write, record));
      }),
    );
  });

  test('one that was never sent did not, whoever wrote the same since', () => {
    const unsent: UnsettledWrite = { ...celle, fate: 'unsent' };
    const moved = { version: '2', modifiedByUs: null };
    expect(tookEffect(people, unsent, { attributes: { their_city: 'Celle' }, ...moved })).toBe(false);
    expect(tookEffect(people, unsent, { attributes: { their_city: 'Cel' }, ...moved })).toBe(false);
  });

  test('a value that is no text can not be cut', () => {
    const write = toReplica('city', 17, '1');
    expect(tookEffect(people, write, { attributes: { their_city: '1' }, version: '2', modifiedByUs: null })).toBe(
      false,
    );
    const ofDigits = toReplica('city', '17', '1');
    expect(tookEffect(people, ofDigits, { attributes: { their_city: 1 }, version: '2', modifiedByUs: null })).toBe(
      false,
    );
  });
});

describe('what counts as ours without a proof', () => {
  const celle = toReplica('city', 'Celle');
  const moved = (modifiedByUs: boolean | null) => {
    const { master, replica } = shown({}, { their_city: ' Celle ' }, { replica: '2' });
    return { master, replica: { ...replica, modifiedByUs } };
  };

  test('is what a record shows that may have been edited since', () => {
    const expected = { master: {}, replica: { their_city: ' Celle ' } };
    expect(presumedOurs(people, [celle, toReplica('surname', 'Meier')], moved(null))).toEqual(expected);
    expect(presumedOurs(people, [celle], moved(false))).toEqual(expected);
  });

  test('is nothing where our own user was the last author, it has not moved, or the write was never sent', () => {
    const nothing = { master: {}, replica: {} };
    expect(presumedOurs(people, [celle], moved(true))).toEqual(nothing);
    expect(presumedOurs(people, [celle], shown({}, { their_city: 'Celle' }))).toEqual(nothing);
    expect(presumedOurs(people, [{ ...celle, fate: 'unsent' }], moved(null))).toEqual(nothing);
  });
});

describe('both snapshots after it', () => {
  const base = { master: { city: 'old', surname: 'Meier' }, replica: { their_city: 'old', their_surname: 'Meier' } };

  test('it took effect: the written side moves to what it shows, the other to what was written', () => {
    const seen = shown({ city: 'newer' }, { their_city: ' Celle ' });
    expect(baseAfterWrites(people, base, [toReplica('city', 'Celle')], seen)).toEqual({
      master: { city: 'Celle', surname: 'Meier' },
      replica: { their_city: ' Celle ', their_surname: 'Meier' },
    });
  });

  test("the other side's snapshot has the other side's form", () => {
    const seen = shown({ born: '2001-01-05', salutation: 'Mrs.' }, {});
    const writes = [toMaster('born', '2001-01-05'), toMaster('salutation', 'Mrs.')];
    expect(baseAfterWrites(people, { master: {}, replica: {} }, writes, seen)).toEqual({
      master: { born: '2001-01-05', salutation: 'Mrs.' },
      replica: { their_born: '2001-01-05T00:00:00', their_salutation: 'Frau' },
    });
  });

  test('its record is away: whether it comes back with the value or without it, nothing is known of that side', () => {
    const { master } = shown({ city: 'newer' }, {});
    const seen = { master, replica: null };
    const expected = { master: base.master, replica: { their_surname: 'Meier' } };
    expect(baseAfterWrites(people, base, [toReplica('city', 'Celle')], seen)).toEqual(expected);
    expect(presumedOurs(people, [toReplica('city', 'Celle')], seen)).toEqual({ master: {}, replica: {} });
    const unsent = { ...toReplica('city', 'Celle'), fate: 'unsent' as const };
    expect(baseAfterWrites(people, base, [unsent], seen)).toEqual(base);
  });

  test('it did not, and the record has not moved: nothing is learned', () => {
    const seen = shown({ city: 'old' }, { their_city: 'old' });
    expect(baseAfterWrites(people, base, [toReplica('city', 'Celle')], seen)).toEqual(base);
  });

  test('it is not shown in a record that has moved: nothing is known of that field any more', () => {
    const seen = shown({ city: 'Celle' }, { their_city: 'old' }, { replica: '2' });
    expect(baseAfterWrites(people, base, [toReplica('city', 'Celle')], seen)).toEqual({
      master: { surname: 'Meier' },
      replica: { their_surname: 'Meier' },
    });
  });

  test('what moved the record was our own status: the write was refused, and nothing is learned', () => {
    const { master, replica } = shown({ city: 'Celle' }, { their_city: 'old' }, { replica: '2' });
    const seen = { master, replica: { ...replica, modifiedByUs: true } };
    expect(baseAfterWrites(people, base, [toReplica('city', 'Celle')], seen)).toEqual(base);
  });

  describe('where both sides were to be written', () => {
    const ofReplica = { ...toReplica('tags', 'x; y'), oldValue: 'y' };
    const ofMaster = { ...toMaster('tags', 'x; y'), oldValue: 'x' };
    const before = { master: { tags: 'old' }, replica: { their_tags: 'old' } };

    test.each([[[ofReplica, ofMaster]], [[ofMaster, ofReplica]]])('and were, each moves by itself', (writes) => {
      const seen = shown({ tags: 'x; y' }, { their_tags: ' x; y' });
      expect(baseAfterWrites(people, before, writes, seen)).toEqual({
        master: { tags: 'x; y' },
        replica: { their_tags: ' x; y' },
      });
    });

    test.each([[[ofReplica, ofMaster]], [[ofMaster, ofReplica]]])(
      'and one was, its value has still to go on',
      (writes) => {
        const halfWay = baseAfterWrites(people, before, writes, shown({ tags: 'x' }, { their_tags: 'x; y' }));
        expect(halfWay).toEqual({ master: { tags: 'x' }, replica: { their_tags: 'x' } });
        const otherHalf = baseAfterWrites(people, before, writes, shown({ tags: 'x; y' }, { their_tags: 'y' }));
        expect(otherHalf).toEqual({ master: { tags: 'y' }, replica: { their_tags: 'y' } });
      },
    );

    test('and the missing one has been edited since, nothing is known of that field any more', () => {
      const seen = shown({ tags: 'x; w' }, { their_tags: 'x; y' }, { master: '2' });
      expect(baseAfterWrites(people, before, [ofReplica, ofMaster], seen)).toEqual({ master: {}, replica: {} });
    });

    test('and only a part of the one that was written is shown, it moves by itself', () => {
      const seen = shown({ tags: 'x' }, { their_tags: 'x;' }, { replica: '2' });
      expect(baseAfterWrites(people, before, [ofReplica, ofMaster], seen)).toEqual({
        master: { tags: 'old' },
        replica: { their_tags: 'x;' },
      });
    });
  });

  describe('between the two writes of one value', () => {
    const salutation = { side: 'replica', attribute: 'their_salutation', oldValue: 'Frau', newValue: 'Herr' } as const;
    const ofMaster = { side: 'master', attribute: 'salutation', oldValue: 'Ms.', newValue: 'Mr.' } as const;

    test('it counts as an edit of the side that has it already', () => {
      const between = baseBetweenWrites(people, 'replica', [ofMaster, salutation], { their_salutation: 'Herr' });
      expect(between).toEqual({ master: { salutation: 'Ms.' }, replica: { their_salutation: 'Frau' } });
    });

    test.each([
      ['the answer shows another value', [ofMaster, salutation], { their_salutation: 'Frau' }],
      ['only this side is written', [salutation], { their_salutation: 'Herr' }],
      [
        'another field of the other side is written',
        [toMaster('city', 'Celle'), salutation],
        { their_salutation: 'Herr' },
      ],
      ['nobody maps it', [{ ...salutation, attribute: 'unknown' }], { unknown: 'Herr' }],
    ])('nothing moves if %s', (_name, writes, answer) => {
      expect(baseBetweenWrites(people, 'replica', writes, answer)).toEqual({ master: {}, replica: {} });
    });
  });

  test('a write of another field of the other side has no say in it', () => {
    const writes = [toMaster('city', 'Celle'), toReplica('surname', 'Maier')];
    const seen = shown({ city: 'Celle', surname: 'Maier' }, { their_city: 'old', their_surname: 'Meier' });
    expect(baseAfterWrites(people, base, writes, seen)).toEqual({
      master: { city: 'Celle', surname: 'Meier' },
      replica: { their_city: 'Celle', their_surname: 'Meier' },
    });
  });

  test('both sides may have the same name for it', () => {
    const city = people.fields.find(({ name }) => name === 'city')!;
    const pair = { ...people, fields: [{ ...city, attribute: { master: 'city', replica: 'city' } }] };
    const write = { ...toReplica('city', 'Celle'), attribute: 'city' };
    expect(baseAfterWrites(pair, { master: {}, replica: {} }, [write], shown({}, { city: ' Celle' }))).toEqual({
      master: { city: 'Celle' },
      replica: { city: ' Celle' },
    });
  });

  test('an attribute that nobody maps is left alone, and the given base is not changed', () => {
    const seen = shown({}, { unknown: 1 }, { replica: '2' });
    const frozen = structuredClone(base);
    expect(baseAfterWrites(people, base, [{ ...toReplica('city', 1), attribute: 'unknown' }], seen)).toEqual(base);
    expect(base).toEqual(frozen);
  });

  test('after a creation, fields that were not sent were empty on both sides, but for those that are not taken', () => {
    const seen = shown({ surname: 'Maier' }, { their_surname: 'Meier' });
    const made = baseAfterCreation(people, 'replica', [toReplica('surname', 'Meier')], seen);
    const names = people.fields.map(({ name }) => name).filter((name) => name !== 'rank');
    expect(made).toEqual({
      master: { ...Object.fromEntries(names.map((name) => [name, null])), surname: 'Meier' },
      replica: { ...Object.fromEntries(names.map((name) => [`their_${name}`, null])), their_surname: 'Meier' },
    });
  });

  test('after a creation, nothing is known of a field that was sent and is not shown', () => {
    const seen = shown({ city: 'Celle' }, {}, { replica: null });
    const made = baseAfterCreation(people, 'replica', [toReplica('city', 'Celle')], seen);
    expect(['city' in made.master, 'their_city' in made.replica]).toEqual([false, false]);
  });

  test("after a creation of the master's record, a write of its partner is no part of what was sent", () => {
    const city = people.fields.find(({ name }) => name === 'city')!;
    const pair = { ...people, fields: [{ ...city, attribute: { master: 'city', replica: 'city' } }] };
    const writes = [{ ...toReplica('city', 'Celle'), attribute: 'city' }];
    expect(baseAfterCreation(pair, 'master', writes, shown({}, {}))).toEqual({
      master: { city: null },
      replica: { city: null },
    });
  });

  test('when a record is created, nothing is known yet of what was sent or is not taken, the rest was empty', () => {
    expect(baseAtCreation(people, 'replica', ['their_surname'])).toEqual({
      master: {
        city: null,
        nickname: null,
        born: null,
        salutation: null,
        account: null,
        mood: null,
        vow: null,
        tags: null,
      },
      replica: {
        their_city: null,
        their_nickname: null,
        their_born: null,
        their_salutation: null,
        their_account: null,
        their_mood: null,
        their_vow: null,
        their_tags: null,
      },
    });
    expect(baseAtCreation(people, 'master', ['rank']).master).not.toHaveProperty('rank');
    expect(baseAtCreation(people, 'master', []).replica).toHaveProperty('their_rank', null);
  });
});
