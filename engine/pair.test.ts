import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { people } from '../test/support/people.ts';
import { canonicalOf, meansTheSame, namingAttribute, project, statusAttributeNames } from './pair.ts';
import { type Json, sides } from './values.ts';

test('a record is looked at by its mapped attributes only, empty ones included', () => {
  expect(project(people, 'replica', { their_city: 'Celle', hobby: 'chess' })).toEqual({
    their_surname: null,
    their_city: 'Celle',
    their_nickname: null,
    their_born: null,
    their_salutation: null,
    their_account: null,
    their_rank: null,
    their_mood: null,
    their_vow: null,
    their_tags: null,
  });
  expect(Object.keys(project(people, 'master', {}))).toEqual(people.fields.map(({ name }) => name));
});

test('the attributes of the status, in the order in which they are shown', () => {
  expect(statusAttributeNames(people)).toEqual(['number', 'rowId', 'lastSync', 'state', 'attempts', 'message']);
});

test("a master's record names its partner in its status, a replica's in its marker, if it has one", () => {
  const marked = { ...people, marker: 'their_reference' };
  expect([namingAttribute(people, 'master'), namingAttribute(people, 'replica')]).toEqual(['number', null]);
  expect([namingAttribute(marked, 'master'), namingAttribute(marked, 'replica')]).toEqual([
    'number',
    'their_reference',
  ]);
});

test("a field's value is read from the side's own attribute, in the form in which both can be compared", () => {
  const born = people.fields.find(({ name }) => name === 'born')!;
  const attributes = { born: ' 2001-01-05 ', their_born: '1980-02-29T00:00:00' };
  expect([canonicalOf(born, 'master', attributes), canonicalOf(born, 'replica', attributes)]).toEqual([
    '2001-01-05',
    '1980-02-29',
  ]);
  expect(canonicalOf(born, 'master', {})).toBeNull();
});

test('two views of a field mean the same exactly when they are the same in the form in which both can be compared', () => {
  const words = fc.constantFrom<Json>(
    'Mr.',
    'Herr',
    ' Herr',
    '2001-01-05',
    '2001-01-05T00:00:00',
    '',
    0,
    -0,
    false,
    null,
  );
  const raw = fc.oneof(words, fc.jsonValue() as fc.Arbitrary<Json>);
  const view = fc.record({ side: fc.constantFrom(...sides), value: raw });
  const pairOfViews = fc.oneof(
    fc.tuple(view, view),
    fc.tuple(view, fc.constantFrom(...sides)).map(([one, side]) => [one, { ...one, side }] as const),
  );
  fc.assert(
    fc.property(fc.constantFrom(...people.fields), pairOfViews, (field, views) => {
      const [one, other] = views.map(({ side, value }) => ({ side, attributes: { [field.attribute[side]]: value } }));
      const isSame =
        canonicalOf(field, one!.side, one!.attributes) === canonicalOf(field, other!.side, other!.attributes);
      expect(meansTheSame(field, one!, other!)).toBe(isSame);
    }),
    { numRuns: 1_000 },
  );
});
