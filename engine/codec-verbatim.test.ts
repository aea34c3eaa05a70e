import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holdsAlways } from '../test/support/property.ts';
import { roundTrips } from './codec.ts';
import { isoInstant } from './codec-time.ts';
import { json, verbatim } from './codec-verbatim.ts';
import { type Json, sides } from './values.ts';

describe('mark-up', () => {
  test('is kept to the character', () => {
    holdsAlways(
      fc.property(fc.string({ minLength: 1 }), (html) => {
        for (const side of sides) expect(verbatim().toCanonical[side](html)).toBe(html);
      }),
    );
  });

  test('nothing and no text are the same', () => {
    expect(['', null].map((raw) => verbatim().toCanonical.master(raw))).toEqual([null, null]);
  });
});

describe('lists and objects', () => {
  const { toCanonical, fromCanonical } = json();

  test('are the same whatever the order of their keys, and whether given as text', () => {
    const forms = [{ a: 1, b: [null, 'x'] }, { b: [null, 'x'], a: 1 }, '{"b": [null, "x"], "a": 1}'];
    expect(new Set(forms.map((raw) => toCanonical.master(raw)))).toEqual(new Set(['{"a":1,"b":[null,"x"]}']));
  });

  test('empty ones are nothing', () => {
    expect([[], {}, null, '', '[]'].map((raw) => toCanonical.replica(raw))).toEqual([null, null, null, null, null]);
  });

  test('are written as what they are', () => {
    expect(fromCanonical.replica('["a","b"]')).toEqual(['a', 'b']);
    expect(fromCanonical.replica(null)).toBeNull();
  });

  test('any of them survives the way through either side', () => {
    holdsAlways(
      fc.property(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())), (value) => {
        // What was JSON once is JSON again.
        const canonical = toCanonical.master(JSON.parse(JSON.stringify(value)) as Json);
        for (const side of sides) expect(roundTrips(json(), canonical, side)).toBe(true);
      }),
    );
  });

  test('text that only begins like one passes through', () => {
    expect(toCanonical.master('[draft] of a letter')).toBe('[draft] of a letter');
  });
});

describe('instants to the millisecond', () => {
  const { toCanonical } = isoInstant();

  test.each([
    ['2026-11-21T10:12:00.123+02:00', '2026-11-21T08:12:00.123Z'],
    ['2026-11-21T10:12:00.1234567Z', '2026-11-21T10:12:00.123Z'],
    ['2026-11-21T10:12:00.5Z', '2026-11-21T10:12:00.500Z'],
    ['2026-11-21 10:12:00-0130', '2026-11-21T11:42:00.000Z'],
    ['2026-11-21T10:12Z', '2026-11-21T10:12:00.000Z'],
  ])('%s is %s', (raw, canonical) => {
    expect(toCanonical.master(raw)).toBe(canonical);
  });

  test.each(['2026-11-21', '2026-11-21T10:12:00', '2026-13-41T10:12:00Z', 'soon'])('%s passes through', (raw) => {
    expect(toCanonical.replica(raw)).toBe(raw);
  });

  test('the same instant is the same in every zone', () => {
    const time = fc.date({ min: new Date('1970-01-01'), max: new Date('2199-12-31'), noInvalidDate: true });
    holdsAlways(
      fc.property(time, fc.integer({ min: -11, max: 14 }), (instant, hours) => {
        const there = new Date(instant.getTime() + hours * 3_600_000).toISOString().slice(0, -1);
        const offset = `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;
        expect(toCanonical.master(`${there}${offset}`)).toBe(instant.toISOString());
      }),
    );
  });
});
