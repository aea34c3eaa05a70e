import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Codec, roundTrips } from './codec.ts';
import { email, phone } from './codec-contact.ts';
import { type Canonical, type Json, sides } from './values.ts';

describe('an e-mail address', () => {
  test.each<[Json, Canonical]>([
    ['MAX@Example.com', 'max@example.com'],
    ['max@example.com', 'max@example.com'],
    ['a@Z.example', 'a@z.example'],
    ['A@z.example', 'a@z.example'],
    ['  max@example.com\n', 'max@example.com'],
    ['max [at] example.com', 'max [at] example.com'],
    ['{max}_`~!@example.com', '{max}_`~!@example.com'],
    ['JO\u0308RG@example.com', 'jörg@example.com'],
    ['jo\u0308rg@example.com', 'jörg@example.com'],
    // An upper-case letter that no composed lower-case letter stands for.
    ['\u0130@example.com', 'i\u0307@example.com'],
    // A lower-case letter that is composed, of an upper-case one that is not.
    ['J\u030c@example.com', '\u01f0@example.com'],
    ['', null],
    [' ', null],
    [null, null],
    [7, 7],
    [false, false],
    [['Max@example.com'], '["max@example.com"]'],
    [['max@example.com'], '["max@example.com"]'],
    [['o\u0308'], '["ö"]'],
  ])('%j means %j', (raw, meaning) => {
    for (const side of sides) expect(email().toCanonical[side](raw)).toBe(meaning);
  });
});

describe('a phone number', () => {
  test.each<[Json, Canonical]>([
    ['+49 (511) 12345-0', '+49511123450'],
    ['+49511123450', '+49511123450'],
    ['+49 (0) 511 12345-0', '+49511123450'],
    ['+49(0)511/12345-0', '+49511123450'],
    ['(+49) (0)511 12345.0', '+49511123450'],
    ['0049 511 12345-0', '+49511123450'],
    ['00 49 (0)511 12345-0', '+49511123450'],
    ['(0049) 511 12345-0', '+49511123450'],
    [' +49 511 12345–0 ', '+49511123450'],
    ['+49\u00a0511\u201112345\u22120', '+49511123450'],
    ['\u202a+49 511 12345-0\u202c', '+49511123450'],
    ['\u202a0049 511 12345-0\u202c', '+49511123450'],
    ['+1 (0) 212 555 0100', '+12125550100'],
    ['+353 (0) 1 555 0100', '+35315550100'],
    // The zero is part of the number in Italy.
    ['+39 (0) 6 5550100', '+39065550100'],
    ['0039 (0) 6 5550100', '+39065550100'],
    // Only right after the country is a zero known to be dialled at home.
    ['+49 511 (0) 12345', '+49511012345'],
    ['+3531 (0) 555 0100', '+353105550100'],
    ['+1234567', '+1234567'],
    ['00 1 234567', '+1234567'],
    ['+1 234 567 890 123 45', '+123456789012345'],
  ])('%j is the international %j', (raw, meaning) => {
    for (const side of sides) expect(phone().toCanonical[side](raw)).toBe(meaning);
  });

  test.each<[Json, Canonical]>([
    ['0511 12345-0', '0511 12345-0'],
    ['  0511 \t 12345\u00a0\u00a0- 0 ', '0511 12345 - 0'],
    ['511 12345', '511 12345'],
    ['0 0511 12345-0', '0 0511 12345-0'],
    ['1 0049 511 12345', '1 0049 511 12345'],
    ['000 511 12345', '000 511 12345'],
    ['+0 511 12345', '+0 511 12345'],
    ['+49 511 12345 ext. 7', '+49 511 12345 ext. 7'],
    ['Büro: +49 511 12345', 'Büro: +49 511 12345'],
    ['+49 511 12345 / +49 171 5550100', '+49 511 12345 / +49 171 5550100'],
    ['+49 511 123456 / 49 511 654321', '+49 511 123456 / 49 511 654321'],
    ['+1 2345 6', '+1 2345 6'],
    ['001', '001'],
    ['+1 234 567 890 123 456', '+1 234 567 890 123 456'],
    ['+', '+'],
    ['Bu\u0308ro', 'Büro'],
    ['', null],
    ['\u00a0', null],
    [null, null],
    [true, true],
    [51112345, '51112345'],
    [['+49511123450'], '["+49511123450"]'],
    [{ phoneNumber: 'a  b' }, '{"phoneNumber":"a b"}'],
  ])('%j is no international number and stays %j', (raw, meaning) => {
    for (const side of sides) expect(phone().toCanonical[side](raw)).toBe(meaning);
  });
});

describe('properties', () => {
  const codecs: readonly Codec[] = [email(), phone()];
  const letters = fc.constantFrom('a', 'Z', 'İ', 'Σ', 'ß', 'ﬁ', '\u0301', '\u0308', '\u212a', '\u2000', ' ', '\n', '@');
  const digits = fc.constantFrom(
    '+',
    '0',
    '00',
    '1',
    '49',
    '39',
    '(0)',
    '(',
    ')',
    '-',
    '/',
    '.',
    ' ',
    '  ',
    'x',
    '\u202a',
  );
  const anyRaw: fc.Arbitrary<Json> = fc.oneof(
    fc.jsonValue() as fc.Arbitrary<Json>,
    fc.string({ unit: 'binary' }),
    fc.string({ unit: letters }),
    fc.string({ unit: digits, maxLength: 20 }),
    fc.array(fc.string({ unit: letters })),
  );

  test('whatever a system gives settles at once and means the same on both sides', () => {
    fc.assert(
      fc.property(anyRaw, fc.constantFrom(...codecs), (raw, codec) => {
        const meaning = codec.toCanonical.master(raw);
        expect(codec.toCanonical.replica(raw)).toBe(meaning);
        for (const side of sides) expect(roundTrips(codec, meaning, side)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('an address that comes back in another case is not different', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (address) => {
        const { master, replica } = email().toCanonical;
        expect(master(address.toUpperCase())).toBe(replica(address));
        expect(email().fromCanonical.replica(master(address))).toBe(address.toLowerCase());
      }),
    );
  });

  test('an international number that comes back without its punctuation is not different', () => {
    const group = fc.integer({ min: 100, max: 9999 }).map(String);
    const between = fc.constantFrom(' ', '-', '/', '.', ' - ', '\u00a0', '');
    fc.assert(
      fc.property(
        fc.constantFrom('+49', '0049', '+49(0)', '+49 (0)'),
        group,
        between,
        group,
        (start, one, gap, other) => {
          const { toCanonical, fromCanonical } = phone();
          const meaning = toCanonical.replica(`${start} (${one}) ${other}${gap}0`);
          expect(meaning).toBe(`+49${one}${other}0`);
          expect(toCanonical.master(fromCanonical.master(meaning))).toBe(meaning);
        },
      ),
    );
  });

  test('every example comes back from both sides', () => {
    for (const codec of codecs) {
      for (const example of codec.examples) {
        for (const side of sides) expect(roundTrips(codec, example, side)).toBe(true);
      }
    }
  });
});

test('the codecs say what they are, and the start-up check gets the kinds of values that there are', () => {
  expect([email().kind, phone().kind]).toEqual(['email', 'phone']);
  expect(email().examples).toEqual([null, 'anna.meier+kanzlei@example.com', 'jörg@müller.example']);
  expect(phone().examples).toEqual([null, '+49511123450', '0511 12345-0', '+49 511 12345 ext. 7']);
});
