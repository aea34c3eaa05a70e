import { describe, expect, test } from '@jest/globals';
import { beteiligte, ignoredByAdvoware } from '../mappers/beteiligte.ts';
import { people } from '../test/support/people.ts';
import { text } from './codec.ts';
import { definePair, InvalidPair, type PairDefinition } from './pair.ts';

const problemsOf = (pair: PairDefinition): string => {
  try {
    definePair(pair);
    return '';
  } catch (error) {
    return error instanceof InvalidPair ? error.message : 'another error';
  }
};
const [surname, city, ...others] = people.fields;

describe('a pair that can not be right is refused at start-up', () => {
  test('two fields onto one attribute', () => {
    const twice = { ...city!, attribute: { master: surname!.attribute.master, replica: 'their_city' } };
    expect(problemsOf({ ...people, fields: [surname!, twice, ...others] })).toContain(
      'two fields are mapped onto Left.surname',
    );
  });

  test('a status attribute that is mapped too', () => {
    const status = { ...city!, attribute: { master: 'rowId', replica: 'their_city' } };
    expect(problemsOf({ ...people, fields: [surname!, status, ...others] })).toContain('rowId is a status attribute');
  });

  test('a codec that does not bring back its examples', () => {
    const lossy = {
      ...text(),
      toCanonical: { master: () => 'x', replica: (raw: unknown) => (typeof raw === 'string' ? raw : null) },
    };
    expect(problemsOf({ ...people, fields: [{ ...surname!, codec: lossy }, city!, ...others] })).toContain(
      'surname: Müller does not come back from the master',
    );
  });

  test('an unknown group, a name used twice, a key of unknown fields: all are told at once', () => {
    const problems = problemsOf({
      ...people,
      fields: [surname!, { ...city!, name: 'surname', group: 'nobody' }, ...others],
      identity: [{ name: 'passport', fields: ['passport'], strength: 'strong' }],
    });
    expect(problems).toContain('two fields are called surname');
    expect(problems).toContain('in the group nobody, which has no policy');
    expect(problems).toContain('passport names the unknown field passport');
  });
});

test('the parties of a firm: fourteen fields, of which Advoware takes eight', () => {
  const { fields } = beteiligte({ readOnlyInAdvoware: ignoredByAdvoware });
  const taken = fields.filter(({ readOnlyOn }) => readOnlyOn.length === 0);
  expect([fields.length, taken.length]).toEqual([14, 8]);
});
