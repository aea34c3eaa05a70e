import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { choice, type Codec, day, text } from './codec.ts';
import type { Json, Side } from './values.ts';

const salutation = choice([
  ['Mr.', 'Herr'],
  ['Ms.', 'Frau'],
  ['Mrs.', 'Frau'],
]);

test.each<[Codec, Side, Json, Json]>([
  [text(), 'master', '  Meier ', 'Meier'],
  [text(), 'master', '', null],
  [text(), 'replica', '   ', null],
  [text(), 'replica', 'Mu\u0308ller', 'Müller'],
  [text(), 'master', 17, 17],
  [day('midnight'), 'replica', '2001-01-05T00:00:00', '2001-01-05'],
  [day('midnight'), 'replica', '2001-01-05', '2001-01-05'],
  [day('midnight'), 'master', null, null],
  [salutation, 'master', 'Mrs.', 'Frau'],
  [salutation, 'master', 'mr.', 'Herr'],
  [salutation, 'replica', 'Frau', 'Frau'],
  [salutation, 'replica', 'Ms.', 'Frau'],
  [salutation, 'master', 'Dr.', 'Dr.'],
])('%o of the %s: %o means %o', (codec, side, raw, meaning) => {
  expect(codec.toCanonical[side](raw)).toEqual(meaning);
});

test('what is written to a side is in its own form', () => {
  expect(day('midnight').fromCanonical.replica('2001-01-05')).toBe('2001-01-05T00:00:00');
  expect(day('day').fromCanonical.replica('2001-01-05')).toBe('2001-01-05');
  expect(salutation.fromCanonical.master('Frau')).toBe('Ms.');
});

describe('properties', () => {
  const anyJson = fc.jsonValue() as fc.Arbitrary<Json>;

  test('a codec never throws and settles at once, whatever a system gives', () => {
    fc.assert(
      fc.property(anyJson, fc.constantFrom<Side>('master', 'replica'), (raw, side) => {
        for (const codec of [text(), salutation]) {
          const meaning = codec.toCanonical[side](raw);
          expect(codec.toCanonical[side](codec.fromCanonical[side](meaning))).toEqual(meaning);
        }
      }),
    );
  });

  test('a value that went to the other side means the same there', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('Mr.', 'Frau', 'Mrs.', 'Herr')), (raw) => {
        for (const codec of [text(), salutation]) {
          const meaning = codec.toCanonical.master(raw);
          expect(codec.toCanonical.replica(codec.fromCanonical.replica(meaning))).toEqual(meaning);
        }
      }),
    );
  });
});
