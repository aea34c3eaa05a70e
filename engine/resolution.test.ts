import { describe, expect, test } from '@jest/globals';
import { people } from '../test/support/people.ts';
import { resolutionOf, stillHolds } from './resolution.ts';

const born = people.fields.find(({ name }) => name === 'born')!;
const resolution = { kind: 'take', side: 'replica' } as const;
const shown = { master: '2001-01-05', replica: '1980-02-29T00:00:00' };
const records = (master: string, replica: string) => ({
  master: { attributes: { born: master } },
  replica: { attributes: { their_born: replica } },
});

describe('a decision', () => {
  test('holds as long as both sides mean what was shown, in whatever form', () => {
    expect(stillHolds(born, { resolution, shown }, records(' 2001-01-05', '1980-02-29'))).toBe(resolution);
  });

  test('is void if either value has moved', () => {
    expect(stillHolds(born, { resolution, shown }, records('2001-01-06', '1980-02-29'))).toBeNull();
    expect(stillHolds(born, { resolution, shown }, records('2001-01-05', '1980-02-28'))).toBeNull();
  });

  test('of a value of their own holds for a side that shows it already, and only for that value', () => {
    const value = { kind: 'value', value: '1999-12-31' } as const;
    const decided = { resolution: value, shown };
    expect(stillHolds(born, decided, records('2001-01-05', '1999-12-31T00:00:00'))).toBe(value);
    expect(stillHolds(born, decided, records('1999-12-31', '1980-02-29'))).toBe(value);
    expect(stillHolds(born, decided, records('2001-01-05', '1999-12-30'))).toBeNull();
  });

  test('is none where nobody decided', () => {
    expect(stillHolds(born, undefined, records('2001-01-05', '1980-02-29'))).toBeNull();
  });
});

test("a decision takes a side's value, or one of its own in the master's words", () => {
  const values = { master: '2001-01-05', replica: '1980-02-29' };
  expect(resolutionOf({ kind: 'take', side: 'master' }, born, values)).toEqual({
    value: '2001-01-05',
    from: 'master',
    rule: 'decided_master',
  });
  expect(resolutionOf(resolution, born, values)).toEqual({
    value: '1980-02-29',
    from: 'replica',
    rule: 'decided_replica',
  });
  expect(resolutionOf({ kind: 'value', value: ' 1999-12-31T10:00 ' }, born, values)).toEqual({
    value: '1999-12-31',
    from: null,
    rule: 'decided_value',
  });
});
