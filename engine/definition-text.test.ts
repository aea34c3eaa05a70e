import { describe, expect, test } from '@jest/globals';
import { people } from '../test/support/people.ts';
import { choice, text } from './codec.ts';
import { number } from './codec-plain.ts';
import { definitionChanges, definitionText } from './definition-text.ts';
import type { MappedField, PairDefinition } from './pair.ts';
import { askPerson, combined, newestWins, replicaWins } from './policy.ts';

const now = definitionText(people);
const changesTo = (change: Partial<PairDefinition>) => definitionChanges(now, definitionText({ ...people, ...change }));
const withCity = (change: Partial<MappedField>) =>
  changesTo({ fields: people.fields.map((field) => (field.name === 'city' ? { ...field, ...change } : field)) });

test('every part of a definition is there, in words', () => {
  const { fields, ...rest } = Object.groupBy(Object.entries(now), ([part]) =>
    part.startsWith('field ') ? 'fields' : 'rest',
  );
  expect(fields?.map(([part]) => part)).toEqual(people.fields.map(({ name }) => `field ${name}`));
  expect(Object.fromEntries(rest.rest ?? [])).toEqual({
    systems: 'Left Person ↔ Right Person',
    'group all': 'the master wins',
    'group theirs': 'the replica wins',
    'group latest': 'the newest wins, the master within 5 s',
    'group asked': 'a person decides',
    'group lists': 'combined: union of the items between ";"',
    'first sync': 'the master wins',
    'key account': 'strong: account',
    'key surname and birthday': 'weak: surname + born',
    marker: 'none',
    'creates on': 'master, replica',
    'deleted partner of the master': 'delete',
    'deleted partner of the replica': 'delete',
    'edited and deleted': 'restore',
    'deletion budget': '{"least":10,"share":0.01,"windowMs":3600000}',
    'loop limit': '{"returns":6,"windowMs":3600000}',
  });
});

test('a field says how it is held, who owns it, who decides and who does not take it', () => {
  expect(now['field surname']).toBe(
    'surname ↔ their_surname, text, written as [[null,null],["Müller","Müller"],["GmbH & Co. KG","GmbH & Co. KG"]], both, group all, required',
  );
  expect(now['field salutation']).toBe(
    'salutation ↔ their_salutation, choice of {"master":["Mr.","Ms.","Mrs."],"replica":["Herr","Frau"]}, ' +
      'written as [[null,null],["Mr.","Herr"],["Ms.","Frau"]], both, group all',
  );
  expect(now['field rank']).toMatch(/, both, group all, not taken by the replica$/);
  expect(now['field account']).toMatch(/, toMaster, group all$/);
});

describe('whatever decides what is written is a change', () => {
  const { deletion, loop, identity } = people;

  test.each<[string, Partial<MappedField>]>([
    ['the attribute', { attribute: { master: 'town', replica: 'their_city' } }],
    ["the other side's attribute", { attribute: { master: 'city', replica: 'their_town' } }],
    ['the kind of value', { codec: number() }],
    ['the direction', { direction: 'toReplica' }],
    ['the group', { group: 'theirs' }],
    ['being required', { required: true }],
    ['a side that does not take it', { readOnlyOn: ['master'] }],
  ])('of a field: %s', (_what, change) => {
    const [line, ...others] = withCity(change);
    expect(line).toMatch(/^field city: city ↔ their_city, text, .* → .*/);
    expect(others).toEqual([]);
  });

  test('of a field: the words of a choice, and the places of a number', () => {
    const words = (word: string) => choice([[word, 'Herr']]);
    const textOf = (codec: MappedField['codec']) =>
      definitionText({ ...people, fields: [{ ...people.fields[0]!, codec }] });
    expect(definitionChanges(textOf(words('Mr.')), textOf(words('Mister')))).toHaveLength(1);
    expect(definitionChanges(textOf(number({ decimals: 2 })), textOf(number({ decimals: 3 })))).toHaveLength(1);
    const upper = {
      ...text(),
      fromCanonical: { ...text().fromCanonical, replica: (value: unknown) => `${String(value)}!` },
    };
    expect(definitionChanges(textOf(text()), textOf(upper))).toHaveLength(1);
  });

  test.each<[string, Partial<PairDefinition>]>([
    ['systems', { title: { ...people.title, replica: { system: 'Right', entity: 'Party' } } }],
    ['systems', { title: { ...people.title, master: { system: 'Top', entity: 'Person' } } }],
    ['group all', { groups: { ...people.groups, all: askPerson } }],
    ['group latest', { groups: { ...people.groups, latest: newestWins({ toleranceMs: 1 }) } }],
    ['group lists', { groups: { ...people.groups, lists: combined('sum', () => null) } }],
    ['first sync', { firstSync: replicaWins }],
    ['key account', { identity: identity.map((key) => ({ ...key, strength: 'weak' as const })) }],
    ['key account', { identity: [{ ...identity[0]!, fields: ['account', 'city'] }, identity[1]!] }],
    ['marker', { marker: 'their_reference' }],
    ['creates on', { createOn: ['master'] }],
    ['deleted partner of the master', { deletion: { ...deletion, of: { ...deletion.of, master: { kind: 'ask' } } } }],
    [
      'deleted partner of the replica',
      { deletion: { ...deletion, of: { ...deletion.of, replica: { kind: 'unlink' } } } },
    ],
    ['edited and deleted', { deletion: { ...deletion, whenEdited: 'delete' } }],
    ['deletion budget', { deletion: { ...deletion, budget: { ...deletion.budget, share: 0.5 } } }],
    ['loop limit', { loop: { ...loop, returns: 7 } }],
  ])('%s', (part, change) => {
    const lines = changesTo(change);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${part}: .+ → .+`));
  });

  test('what a partner that was archived gets', () => {
    const archiving = (archived: boolean): PairDefinition => ({
      ...people,
      deletion: { ...deletion, of: { ...deletion.of, master: { kind: 'archive', attributes: { archived } } } },
    });
    expect(definitionChanges(definitionText(archiving(true)), definitionText(archiving(false)))).toEqual([
      'deleted partner of the master: archive with {"archived":true} → archive with {"archived":false}',
    ]);
  });
});

describe('the changes', () => {
  test('are none between two equal definitions', () => {
    expect(definitionChanges(now, definitionText(people))).toEqual([]);
    expect(changesTo({ states: { ...people.states, clean: 'fine' } })).toEqual([]);
  });

  test('have a line for every part, with what came and what went', () => {
    expect(definitionChanges({ a: '1', b: '2', c: '3' }, { b: '2', c: '4', d: '5' })).toEqual([
      'a: 1 → nothing',
      'c: 3 → 4',
      'd: nothing → 5',
    ]);
  });
});
