import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Codec, roundTrips } from './codec.ts';
import { flag, meaningOfText, multiline, number } from './codec-plain.ts';
import { type Canonical, type Json, sides } from './values.ts';

const meaningsOf = (codec: Codec, raw: Json): Canonical[] => sides.map((side) => codec.toCanonical[side](raw));

describe('a number', () => {
  test.each<[Json, Canonical]>([
    [7, 7],
    ['7', 7],
    [' 7 ', 7],
    ['+7', 7],
    ['007', 7],
    ['-7.50', -7.5],
    ['7.', 7],
    ['.5', 0.5],
    ['.25', 0.25],
    ['1e10', 1e10],
    ['1e3', 1000],
    ['1E-3', 0.001],
    ['1.5e+3', 1500],
    [0.1 + 0.2, 0.30000000000000004],
    ['9007199254740993', 9007199254740992],
    [-0, 0],
    ['-0', 0],
    ['', null],
    ['  ', null],
    [null, null],
    [true, true],
  ])('%j means %j', (raw, meaning) => {
    expect(meaningsOf(number(), raw)).toEqual([meaning, meaning]);
  });

  test.each(['1,50', '1.234,56', '1 000', 'abc', '7a', 'a7', '.', '1e', '0x10', 'Infinity', '1e400', '1.2.3', '--1'])(
    '%j is none and stays as it is',
    (raw) => {
      expect(meaningsOf(number({ decimals: 2 }), raw)).toEqual([raw, raw]);
    },
  );

  test.each<[number, Json, Canonical]>([
    [0, 7.4, 7],
    [0, 7.5, 8],
    [0, -7.5, -8],
    [0, -7.4, -7],
    [0, 0.4, 0],
    [0, -0.4, 0],
    [0, '7.5', 8],
    [1, 7.25, 7.3],
    [1, 7.24, 7.2],
    [2, 1.005, 1.01],
    [2, -1.005, -1.01],
    [2, '1.005', 1.01],
    [2, 1.004, 1],
    [2, 1e-7, 0],
    [7, 1e-7, 1e-7],
    [7, 1.44e-7, 1e-7],
    [7, 1.5e-7, 2e-7],
    [2, 1e21, 1e21],
    [2, -1.5e300, -1.5e300],
    [2, Number.MAX_VALUE, Number.MAX_VALUE],
    [3, 9007199254740.991, 9007199254740.991],
    [3, 4503599627370495.5, 4503599627370495.5],
    [2, null, null],
  ])('kept to %j decimals, %j means %j', (decimals, raw, meaning) => {
    expect(meaningsOf(number({ decimals }), raw)).toEqual([meaning, meaning]);
  });

  test('the examples of the start-up check show the decimals, and expose an impossible number of them', () => {
    expect(number().examples).toEqual([null, 0, 7, 0.5, -1234.56789, 1e21]);
    expect(number({ decimals: 2 }).examples).toEqual([null, 0, 7, 0.5, -1234.57, 1e21]);
    const impossible = number({ decimals: 1.5 });
    expect(impossible.examples.every((example) => roundTrips(impossible, example, 'master'))).toBe(false);
  });

  test('a number that comes back as text, or with more decimals than are kept, is not different', () => {
    const noisy = fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: -49, max: 49 }));
    fc.assert(
      fc.property(noisy, ([cents, noise]) => {
        const { toCanonical, fromCanonical } = number({ decimals: 2 });
        const amount = Number(`${cents}e-2`);
        const meaning = toCanonical.master(amount + noise / 10_000);
        expect(meaning).toBe(amount + 0);
        expect(toCanonical.replica(JSON.stringify(fromCanonical.replica(meaning)))).toBe(meaning);
        expect(toCanonical.replica(amount.toFixed(2))).toBe(meaning);
      }),
    );
  });
});

describe('a switch', () => {
  const common: [Json, Canonical][] = [
    [true, true],
    [false, false],
    [1, true],
    [0, false],
    [-0, false],
    ['1', true],
    ['0', false],
    ['true', true],
    ['false', false],
    ['True', true],
    ['FALSE', false],
    [' true ', true],
    ['Ja', 'Ja'],
    ['', null],
    ['null', 'null'],
    [2, 2],
    [[], '[]'],
  ];

  test.each<[Json, Canonical]>([...common, [null, null]])('%j means %j', (raw, meaning) => {
    expect(meaningsOf(flag(), raw)).toEqual([meaning, meaning]);
  });

  test.each<[Json, Canonical]>([...common, [null, null]])(
    'without an empty state %j means %j, empty is off',
    (raw, m) => {
      const meaning = m ?? false;
      expect(meaningsOf(flag({ whenEmpty: false }), raw)).toEqual([meaning, meaning]);
    },
  );

  test('empty is never written to a side that can not hold it', () => {
    for (const side of sides) {
      expect(flag({ whenEmpty: false }).fromCanonical[side](null)).toBe(false);
      expect(flag({ whenEmpty: false }).fromCanonical[side](true)).toBe(true);
      expect(flag({ whenEmpty: false }).fromCanonical[side]('Ja')).toBe('Ja');
      expect(flag().fromCanonical[side](null)).toBe(null);
      expect(flag().fromCanonical[side](false)).toBe(false);
    }
  });

  test('the examples of the start-up check have "empty" only where there is such a state', () => {
    expect(flag().examples).toEqual([null, true, false]);
    expect(flag({ whenEmpty: false }).examples).toEqual([false, true]);
  });
});

describe('text of several lines', () => {
  test.each<[Json, Canonical]>([
    ['one\r\ntwo', 'one\ntwo'],
    ['one\rtwo', 'one\ntwo'],
    ['one\ntwo', 'one\ntwo'],
    ['one\r\n\r\ntwo', 'one\n\ntwo'],
    ['one  \ntwo\t\nthree\u00a0', 'one\ntwo\nthree'],
    ['one \r\ntwo', 'one\ntwo'],
    ['one two', 'one two'],
    ['  indented\n  too', '  indented\n  too'],
    ['  indented \n  too', '  indented\n  too'],
    ['\n\none', '\n\none'],
    ['one\n', 'one'],
    ['one\r\n \r\n', 'one'],
    ['one\r', 'one'],
    ['one ', 'one'],
    ['Mu\u0308ller', 'Müller'],
    ['Mu\u0308ller \n', 'Müller'],
    ['', null],
    [' ', null],
    ['\r\n\r\n', null],
    [null, null],
    [7, 7],
    [false, false],
    [['o\u0308'], '["ö"]'],
    [{ a: ' b ' }, '{"a":" b "}'],
  ])('%j means %j', (raw, meaning) => {
    expect(meaningsOf(multiline(), raw)).toEqual([meaning, meaning]);
  });

  test('text that comes back with other line ends, or white space after its lines, is not different', () => {
    const line = fc.string({ unit: fc.constantFrom('a', ' ', 'ö', '\u0308') });
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\r\n', '\r', '\n', ' \n', '\t \r\n'), (lines, end) => {
        const { toCanonical } = multiline();
        expect(toCanonical.replica(lines.map((each) => each + end).join(''))).toBe(
          toCanonical.master(lines.join('\n')),
        );
      }),
    );
  });

  test('white space before the text is kept, however long it is', () => {
    const text = `${' '.repeat(200_000)}x`;
    expect(multiline().toCanonical.master(text)).toBe(text);
  });
});

describe('properties', () => {
  const codecs: readonly Codec[] = [number(), number({ decimals: 0 }), number({ decimals: 4 })];
  const others: readonly Codec[] = [flag(), flag({ whenEmpty: false }), multiline()];
  const all = [...codecs, ...others];
  const anyRaw: fc.Arbitrary<Json> = fc.oneof(
    fc.jsonValue() as fc.Arbitrary<Json>,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ min: -1e17, max: 1e17, noNaN: true }),
    fc.double({ min: -1e13, max: 1e13, noNaN: true }).map(String),
    fc.string({ unit: fc.constantFrom('1', '0', '5', '.', '-', 'e', ' ') }),
    fc.string({ unit: fc.constantFrom('a', ' ', '\r', '\n', '\u2028', '\u0301', '\u2000') }),
    fc.array(fc.string({ unit: fc.constantFrom('o', '\u0308') })),
  );

  test('whatever a system gives settles at once and means the same on both sides', () => {
    fc.assert(
      fc.property(anyRaw, fc.constantFrom(...all), (raw, codec) => {
        const meaning = codec.toCanonical.master(raw);
        expect(codec.toCanonical.replica(raw)).toBe(meaning);
        for (const side of sides) expect(roundTrips(codec, meaning, side)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test('every example comes back from both sides', () => {
    for (const codec of all) {
      for (const example of codec.examples) {
        for (const side of sides) expect(roundTrips(codec, example, side)).toBe(true);
      }
    }
    expect(multiline().examples).toEqual([null, 'one line', '  indented\n\nMüller']);
  });
});

test('what is no text passes by, what is text is given trimmed and normalised', () => {
  const shown = (text: string): Canonical => `<${text}>`;
  expect(meaningOfText(' o\u0308 ', shown)).toBe('<ö>');
  expect(meaningOfText(['o\u0308'], shown)).toBe('<["ö"]>');
  expect(meaningOfText(7, shown)).toBe(7);
  expect(meaningOfText(' ', shown)).toBe(null);
});

test('the codecs say what they are', () => {
  expect([number().kind, flag().kind, multiline().kind]).toEqual(['number', 'flag', 'multiline']);
});
