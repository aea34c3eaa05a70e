import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holdsAlways } from '../test/support/property.ts';
import { attributeOf, type Json, otherSide, sides, textOfJson } from './values.ts';

test('there are two sides, each the other of the other', () => {
  expect(sides).toEqual(['master', 'replica']);
  expect(sides.map(otherSide)).toEqual(['replica', 'master']);
});

test('an attribute that is left out is empty; nothing else is', () => {
  expect([attributeOf({}, 'city'), attributeOf({ city: null }, 'city')]).toEqual([null, null]);
  const values = ['', 0, false, 'Celle'];
  expect(values.map((value) => attributeOf({ city: value }, 'city'))).toEqual(values);
});

describe('a value as text', () => {
  test('is its JSON, the keys of every object in order', () => {
    expect(textOfJson({ b: [1, 'x', { z: null, y: true }], a: -0.5 })).toBe(
      '{"a":-0.5,"b":[1,"x",{"y":true,"z":null}]}',
    );
    expect([textOfJson(null), textOfJson('ä"\n'), textOfJson(7), textOfJson(false)]).toEqual([
      'null',
      '"ä\\"\\n"',
      '7',
      'false',
    ]);
    expect([textOfJson([]), textOfJson({}), textOfJson({ 'a"': 1 })]).toEqual(['[]', '{}', '{"a\\"":1}']);
  });

  test('tells a list from the same one in another order', () => {
    expect(textOfJson(['a', 'b'])).not.toBe(textOfJson(['b', 'a']));
  });

  const anyValue = fc.jsonValue() as fc.Arbitrary<Json>;
  const reversed = (value: Json): Json => {
    if (Array.isArray(value)) return value.map((item: Json) => reversed(item));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, item]) => [key, reversed(item)]),
    );
  };

  test('does not depend on the order of keys, at any depth', () => {
    holdsAlways(
      fc.property(anyValue, (value) => {
        expect(textOfJson(reversed(value))).toBe(textOfJson(value));
      }),
    );
  });

  test('can be read back as the same value, so that different values have different texts', () => {
    holdsAlways(
      fc.property(anyValue, (value) => {
        expect(JSON.parse(textOfJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
