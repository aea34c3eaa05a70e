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
  [text(), 'master', 17, '17'],
  [day('midnight'), 'replica', '2001-01-05T00:00:00', '2001-01-05'],
  [day('midnight'), 'replica', '2001-01-05', '2001-01-05'],
  [day('midnight'), 'master', null, null],
  [day('day'), 'master', ' 2001-01-05 ', '2001-01-05'],
  [day('day'), 'replica', '2001-01-05 23:59', '2001-01-05'],
  [day('day'), 'master', '2001-01-05T23:59:59.999+02:00', '2001-01-05'],
  [day('day'), 'master', 'Tuesday', 'Tuesday'],
  [day('day'), 'master', 'unknown to us', 'unknown to us'],
  [day('day'), 'master', '2001-01-05 or 2001-01-06', '2001-01-05 or 2001-01-06'],
  [day('day'), 'master', 'born 2001-01-05T00:00:00', 'born 2001-01-05T00:00:00'],
  [day('day'), 'master', '2001-01-05 10:00 or later', '2001-01-05 10:00 or later'],
  [day('day'), 'master', 2001, 2001],
  [text(), 'master', true, true],
  [text(), 'master', ['u\u0308'], '["ü"]'],
  [text(), 'master', { b: 1, a: [] }, '{"a":[],"b":1}'],
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
  expect(day('midnight').fromCanonical.master('2001-01-05')).toBe('2001-01-05');
  expect(day('day').fromCanonical.replica('2001-01-05')).toBe('2001-01-05');
  for (const noDay of [null, 'Tuesday', 2001, '2001-01-05x', 'x2001-01-05']) {
    expect(day('midnight').fromCanonical.replica(noDay)).toBe(noDay);
  }
  expect(salutation.fromCanonical.master('Frau')).toBe('Ms.');
});

test('the codecs say what they are, and by which values the start-up check tries them', () => {
  expect([text().kind, day('day').kind, salutation.kind]).toEqual(['text', 'day', 'choice']);
  expect([text().examples, day('day').examples, salutation.examples]).toEqual([
    [null, 'Müller', 'GmbH & Co. KG'],
    [null, '2001-01-05', '1980-02-29'],
    [null, 'Herr', 'Frau'],
  ]);
});

describe('properties', () => {
  const anyText = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('2', '-', 'T', ' ', ':', 'u', '\u0308') }));
  const anyJson = fc.oneof(fc.jsonValue({ stringUnit: 'binary' }) as fc.Arbitrary<Json>, anyText, fc.array(anyText));
  const all = [text(), salutation, day('midnight'), day('day')];

  test('a codec never throws and settles at once, whatever a system gives', () => {
    fc.assert(
      fc.property(anyJson, fc.constantFrom<Side>('master', 'replica'), (raw, side) => {
        for (const codec of all) {
          const meaning = codec.toCanonical[side](raw);
          expect(codec.toCanonical[side](codec.fromCanonical[side](meaning))).toEqual(meaning);
        }
      }),
    );
  });

  test('a value that went to the other side means the same there', () => {
    fc.assert(
      fc.property(fc.oneof(anyJson, fc.constantFrom('Mr.', 'Frau', 'Mrs.', 'Herr')), (raw) => {
        for (const codec of all) {
          const meaning = codec.toCanonical.master(raw);
          expect(codec.toCanonical.replica(codec.fromCanonical.replica(meaning))).toEqual(meaning);
        }
      }),
    );
  });
});
