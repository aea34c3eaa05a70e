import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { type Codec, roundTrips } from './codec.ts';
import { instant, isoInstant, localTime } from './codec-time.ts';
import { type Canonical, type Json, sides } from './values.ts';

const berlin = localTime({ zone: 'Europe/Berlin' });
const newYork = localTime({ zone: 'America/New_York' });
/** Its clocks move by half an hour. */
const lordHowe = localTime({ zone: 'Australia/Lord_Howe' });

const notUnderstood: [Json][] = [
  ['2026-11-20'],
  ['20.11.2026 10:00'],
  ['2026-02-29 10:00:00'],
  ['2026-02-30T10:00:00'],
  ['2026-04-31T10:00:00Z'],
  ['2026-00-10T10:00:00Z'],
  ['2026-13-10T10:00:00Z'],
  ['2026-11-00T10:00:00Z'],
  ['2026-11-32T10:00:00Z'],
  ['2026-11-20T24:00:00Z'],
  ['2026-11-20T25:00:00Z'],
  ['2026-11-20T10:99:00Z'],
  ['2026-11-20T10:00:99'],
  ['2026-11-20T10:60:00Z'],
  ['2026-11-20T10:00:60Z'],
  ['2026-11-20T10Z'],
  ['2026-11-20T10:00.5Z'],
  ['2026-11-20T10:00:00.Z'],
  ['2026-11-20T10:00:00+24:00'],
  ['2026-11-20T10:00:00+01:60'],
  ['2026-11-20T10:00:00+1'],
  ['2026-11-20T10:00:00+01:'],
  ['2026-11-20T10:00:00Zulu'],
  ['at 2026-11-20T10:00:00Z'],
  ['0000-01-01T00:59:59+01:00'],
  ['9999-12-31T23:00:00-01:00'],
  ['yesterday'],
  [1_800_000_000],
  [true],
];

describe('an instant', () => {
  test.each<[Json, Canonical]>([
    ['2026-11-20 10:00:00', '2026-11-20 10:00:00'],
    ['2026-11-20 10:00', '2026-11-20 10:00:00'],
    [' 2026-11-20 10:00:59', '2026-11-20 10:00:59'],
    ['2026-11-20 10:00:59\n', '2026-11-20 10:00:59'],
    ['2026-11-20T10:00:00', '2026-11-20 10:00:00'],
    ['2026-11-20T10:00:00Z', '2026-11-20 10:00:00'],
    ['2026-11-20t10:00:00z', '2026-11-20 10:00:00'],
    ['2026-11-20T10:00Z', '2026-11-20 10:00:00'],
    ['2026-11-20T10:00:00.000Z', '2026-11-20 10:00:00'],
    ['2026-11-20T10:00:00.999Z', '2026-11-20 10:00:00'],
    ['1969-12-31T23:59:58.9999999Z', '1969-12-31 23:59:58'],
    ['2026-11-20 10:00:00.5', '2026-11-20 10:00:00'],
    ['2026-11-20T10:00:00,5Z', '2026-11-20 10:00:00'],
    ['2026-11-20T10:00:00+01:00', '2026-11-20 09:00:00'],
    ['2026-11-20T10:00:00+0130', '2026-11-20 08:30:00'],
    ['2026-11-20T10:00:00+01', '2026-11-20 09:00:00'],
    ['2026-11-20T10:00:00-05:30', '2026-11-20 15:30:00'],
    ['2026-11-20T10:00:00-00:00', '2026-11-20 10:00:00'],
    ['2026-12-31T23:30:00-01:00', '2027-01-01 00:30:00'],
    ['2026-11-20T10:00:00+20:00', '2026-11-19 14:00:00'],
    ['2026-11-20T10:00:00+23:59', '2026-11-19 10:01:00'],
    ['2024-02-29T10:00:00Z', '2024-02-29 10:00:00'],
    ['2026-10-31T19:00:00Z', '2026-10-31 19:00:00'],
    ['0099-01-01T00:00:00Z', '0099-01-01 00:00:00'],
    ['0000-01-01T01:00:00+01:00', '0000-01-01 00:00:00'],
    ['9999-12-31T22:59:59-01:00', '9999-12-31 23:59:59'],
    ['', null],
    [null, null],
    [['o\u0308'], '["ö"]'],
    ...notUnderstood.map(([raw]): [Json, Canonical] => [raw, raw as Canonical]),
  ])('%j means %j', (raw, meaning) => {
    for (const replicaForm of ['spaced', 'iso'] as const) {
      for (const side of sides) expect(instant({ replicaForm }).toCanonical[side](raw)).toBe(meaning);
    }
  });

  test.each<[Canonical, Json]>([
    ['2026-11-20 10:00:00', '2026-11-20T10:00:00Z'],
    [null, null],
    ['yesterday', 'yesterday'],
    ['2026-02-30 10:00:00', '2026-02-30 10:00:00'],
    [7, 7],
  ])('%j is written in EspoCRM form, or as %j', (value, iso) => {
    const withIso = instant({ replicaForm: 'iso' });
    expect(withIso.fromCanonical.replica(value)).toBe(iso);
    expect(withIso.fromCanonical.master(value)).toBe(value);
    for (const side of sides) {
      expect(instant().fromCanonical[side](value)).toBe(value);
      expect(instant({ replicaForm: 'spaced' }).fromCanonical[side](value)).toBe(value);
    }
  });
});

describe('a local time', () => {
  test.each<[string, string]>([
    ['2026-01-15 11:00:00', '2026-01-15T12:00:00'],
    ['2026-07-15 10:00:00', '2026-07-15T12:00:00'],
    ['2026-07-15 10:00', '2026-07-15T12:00:00'],
    ['2026-07-15T10:00:00.7Z', '2026-07-15T12:00:00'],
    ['2026-07-15T10:00:00+05:00', '2026-07-15T07:00:00'],
    ['2026-12-31 23:30:00', '2027-01-01T00:30:00'],
    // The clocks go forward ...
    ['2026-03-29 00:59:59', '2026-03-29T01:59:59'],
    ['2026-03-29 01:00:00', '2026-03-29T03:00:00'],
    // ... and back.
    ['2026-10-24 23:59:59', '2026-10-25T01:59:59'],
    ['2026-10-25 00:00:00', '2026-10-25T02:00:00'],
    ['2026-10-25 00:30:00', '2026-10-25T02:30:00'],
    ['2026-10-25 00:59:59', '2026-10-25T02:59:59'],
    ['2026-10-25 01:00:00', '2026-10-25T02:00:00'],
    ['2026-10-25 01:30:00', '2026-10-25T02:30:00'],
    ['2026-10-25 01:59:59', '2026-10-25T02:59:59'],
    ['2026-10-25 02:00:00', '2026-10-25T03:00:00'],
    // Before 1902 and from 2200 on nothing is converted.
    ['1899-12-30 00:00:00', '1899-12-30T00:00:00'],
    ['1900-01-01 00:00:00', '1900-01-01T00:00:00'],
    ['1901-12-31 23:59:59', '1901-12-31T23:59:59'],
    ['1902-01-01 00:00:00', '1902-01-01T01:00:00'],
    ['2199-12-31 23:59:59', '2200-01-01T00:59:59'],
    ['2200-01-01 00:00:00', '2200-01-01T00:00:00'],
    ['9999-12-31 23:59:59', '9999-12-31T23:59:59'],
  ])("the master's %j is %j in Berlin", (raw, meaning) => {
    expect(berlin.toCanonical.master(raw)).toBe(meaning);
  });

  test.each<[string, string]>([
    ['2026-07-15T12:00:00', '2026-07-15T12:00:00'],
    ['2026-07-15 12:00', '2026-07-15T12:00:00'],
    ['2026-07-15T12:00:00.1234567', '2026-07-15T12:00:00'],
    ['2026-07-15T12:00:00Z', '2026-07-15T14:00:00'],
    ['2026-07-15T12:00:00+05:00', '2026-07-15T09:00:00'],
    ['2026-10-25T02:30:00', '2026-10-25T02:30:00'],
    ['2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00'],
    ['2026-10-25T02:30:00+01:00', '2026-10-25T02:30:00'],
    // Shown by no clock.
    ['2026-03-29T01:59:59', '2026-03-29T01:59:59'],
    ['2026-03-29T02:00:00', '2026-03-29T03:00:00'],
    ['2026-03-29T02:30:00', '2026-03-29T03:30:00'],
    ['2026-03-29T02:59:59', '2026-03-29T03:59:59'],
    ['2026-03-29T03:00:00', '2026-03-29T03:00:00'],
    ['1899-12-30T00:00:00', '1899-12-30T00:00:00'],
    ['1900-01-01T00:00:00', '1900-01-01T00:00:00'],
    ['9999-12-31T23:59:59', '9999-12-31T23:59:59'],
  ])("the replica's %j is %j in Berlin", (raw, meaning) => {
    expect(berlin.toCanonical.replica(raw)).toBe(meaning);
  });

  test.each<[Codec, string, string]>([
    [berlin, '2026-01-15T12:00:00', '2026-01-15 11:00:00'],
    [berlin, '2026-07-15T12:00:00', '2026-07-15 10:00:00'],
    [berlin, '2026-03-29T01:59:59', '2026-03-29 00:59:59'],
    [berlin, '2026-03-29T03:00:00', '2026-03-29 01:00:00'],
    [berlin, '2026-10-25T01:59:59', '2026-10-24 23:59:59'],
    // The clocks show these twice: the earlier instant is written.
    [berlin, '2026-10-25T02:00:00', '2026-10-25 00:00:00'],
    [berlin, '2026-10-25T02:30:00', '2026-10-25 00:30:00'],
    [berlin, '2026-10-25T02:59:59', '2026-10-25 00:59:59'],
    [berlin, '2026-10-25T03:00:00', '2026-10-25 02:00:00'],
    [newYork, '2026-11-01T01:30:00', '2026-11-01 05:30:00'],
    [newYork, '2026-11-01T02:00:00', '2026-11-01 07:00:00'],
    [newYork, '2026-03-08T03:00:00', '2026-03-08 07:00:00'],
    [lordHowe, '2026-04-05T01:29:59', '2026-04-04 14:29:59'],
    [lordHowe, '2026-04-05T01:30:00', '2026-04-04 14:30:00'],
    [lordHowe, '2026-04-05T01:59:59', '2026-04-04 14:59:59'],
    [lordHowe, '2026-04-05T02:00:00', '2026-04-04 15:30:00'],
    [berlin, '9999-12-31T23:59:59', '9999-12-31 23:59:59'],
  ])('%# a time that the clocks show is written to the master as its instant', (codec, value, written) => {
    expect(codec.fromCanonical.master(value)).toBe(written);
    expect(codec.toCanonical.master(written)).toBe(value);
    expect(codec.fromCanonical.replica(value)).toBe(value);
  });

  test.each<[Codec, string, string]>([
    [newYork, '2026-03-08T02:30:00', '2026-03-08T03:30:00'],
    [lordHowe, '2026-10-04T01:59:59', '2026-10-04T01:59:59'],
    [lordHowe, '2026-10-04T02:00:00', '2026-10-04T02:30:00'],
    [lordHowe, '2026-10-04T02:29:59', '2026-10-04T02:59:59'],
    [lordHowe, '2026-10-04T02:30:00', '2026-10-04T02:30:00'],
    // A whole day that Samoa skipped.
    [localTime({ zone: 'Pacific/Apia' }), '2011-12-30T00:00:00', '2011-12-31T00:00:00'],
    [localTime({ zone: 'Pacific/Apia' }), '2011-12-30T23:59:59', '2011-12-31T23:59:59'],
  ])('%# a time that the clocks skip is taken as much later as they were set', (codec, raw, meaning) => {
    expect(codec.toCanonical.replica(raw)).toBe(meaning);
    expect(codec.toCanonical.master(codec.fromCanonical.master(meaning))).toBe(meaning);
  });

  test.each<[Json, Canonical]>([
    ['0001-01-01T00:00:00', null],
    ['0001-01-01T00:00:01', '0001-01-01T00:00:01'],
    ['', null],
    [null, null],
    ...notUnderstood.map(([raw]): [Json, Canonical] => [raw, raw as Canonical]),
  ])('%j means %j on both sides and is written as it is', (raw, meaning) => {
    for (const side of sides) {
      expect(berlin.toCanonical[side](raw)).toBe(meaning);
      expect(roundTrips(berlin, meaning, side)).toBe(true);
    }
    expect(berlin.fromCanonical.replica(meaning)).toBe(meaning);
  });

  test('the examples of the start-up check tell the zones apart and have skipped times made real', () => {
    expect(berlin.examples).toEqual([
      null,
      '2026-01-15T12:00:00',
      '2026-07-15T12:00:00',
      '2026-10-25T02:30:00',
      '2026-03-29T03:30:00',
      '2026-11-01T01:30:00',
      '2026-04-05T01:45:00',
      '9999-12-31T23:59:59',
    ]);
    const written = [berlin, newYork, lordHowe].map(({ examples, fromCanonical }) =>
      JSON.stringify(examples.map((example) => fromCanonical.master(example))),
    );
    expect(new Set(written).size).toBe(3);
  });

  test('an unknown zone is refused at once', () => {
    expect(() => localTime({ zone: 'Europe/Nowhere' })).toThrow(RangeError);
  });
});

describe('properties', () => {
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'] as const;
  const localTimes = new Map<string, Codec>(zones.map((zone) => [zone, localTime({ zone })]));
  const anyZone = fc.constantFrom(...zones);
  const startSeconds = Date.UTC(2000, 0) / 1000;
  const endSeconds = Date.UTC(2101, 0) / 1000 - 1;

  const daySeconds = 86_400;
  /** The days on which the clocks of a zone are set, 2000 to 2030. */
  const changesOf = (zone: string): number[] => {
    const days = Array.from({ length: 31 * 365 }, (_, day) => startSeconds + day * daySeconds);
    const offsetAt = (seconds: number) => DateTime.fromSeconds(seconds, { zone }).offset;
    return days.filter((day) => offsetAt(day) !== offsetAt(day + daySeconds));
  };
  const changes = new Map<string, number[]>(zones.map((zone) => [zone, changesOf(zone)]));
  const nearChange = (zone: string) =>
    fc
      .tuple(fc.constantFrom(...changes.get(zone)!), fc.integer({ min: -daySeconds, max: 2 * daySeconds }))
      .map(([day, distance]) => day + distance);
  const zoneAndInstant = anyZone.chain((zone) =>
    fc.tuple(fc.constant(zone), fc.oneof(fc.integer({ min: startSeconds, max: endSeconds }), nearChange(zone))),
  );
  const espocrm = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const wall = (seconds: number): string => espocrm(seconds).replace(' ', 'T');

  test('any instant shows as what the clocks of the zone show, and no side is written a second time', () => {
    fc.assert(
      fc.property(zoneAndInstant, ([zone, seconds]) => {
        const codec = localTimes.get(zone)!;
        const meaning = codec.toCanonical.master(espocrm(seconds));
        expect(meaning).toBe(DateTime.fromSeconds(seconds, { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss"));
        expect(codec.toCanonical.replica(codec.fromCanonical.replica(meaning))).toBe(meaning);
        expect(codec.toCanonical.master(codec.fromCanonical.master(meaning))).toBe(meaning);
      }),
      { numRuns: 2000 },
    );
  });

  test('any time of the replica, real or not, is written as the earliest instant that shows it', () => {
    fc.assert(
      fc.property(zoneAndInstant, ([zone, seconds]) => {
        const codec = localTimes.get(zone)!;
        const offsetSeconds = DateTime.fromSeconds(seconds - daySeconds, { zone }).offset * 60;
        const raw = wall(seconds + offsetSeconds);
        const meaning = codec.toCanonical.replica(raw);
        const written = codec.fromCanonical.master(meaning);
        const possible = DateTime.fromISO(raw, { zone }).getPossibleOffsets();
        const earliest = Math.min(...possible.map((time) => time.toSeconds()));
        expect(written).toBe(espocrm(earliest));
        expect(codec.toCanonical.master(written)).toBe(meaning);
        expect(codec.toCanonical.replica(codec.fromCanonical.replica(meaning))).toBe(meaning);
      }),
      { numRuns: 2000 },
    );
  });

  test('what is known of a day from one time does not change what the others of that day mean', () => {
    fc.assert(
      fc.property(zoneAndInstant, fc.integer({ min: 0, max: daySeconds - 1 }), ([zone, seconds], other) => {
        const codec = localTime({ zone });
        const sameDay = seconds - (seconds % daySeconds) + other;
        for (const each of [sameDay, seconds, sameDay]) {
          const expected = DateTime.fromSeconds(each, { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss");
          expect(codec.toCanonical.master(espocrm(each))).toBe(expected);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('an instant that comes back in another notation is not different', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: startSeconds, max: endSeconds }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        fc.integer({ min: 0, max: 999 }),
        (seconds, offsetMinutes, ms) => {
          const { toCanonical, fromCanonical } = instant({ replicaForm: 'iso' });
          const zone = `UTC${offsetMinutes < 0 ? '-' : '+'}${Math.floor(Math.abs(offsetMinutes) / 60)}:${String(Math.abs(offsetMinutes) % 60).padStart(2, '0')}`;
          const elsewhere = DateTime.fromMillis(seconds * 1000 + ms, { zone });
          const meaning = espocrm(seconds);
          expect(toCanonical.replica(elsewhere.toISO())).toBe(meaning);
          expect(toCanonical.master(elsewhere.toUTC().toISO())).toBe(meaning);
          expect(toCanonical.replica(fromCanonical.replica(meaning))).toBe(meaning);
        },
      ),
    );
  });

  const codecs: readonly Codec[] = [instant(), instant({ replicaForm: 'iso' }), ...localTimes.values()];
  const two = (min: number, max: number) => fc.integer({ min, max }).map((number) => String(number).padStart(2, '0'));
  const timeLike = fc
    .tuple(
      fc.constantFrom('0000', '0001', '1899', '1900', '1901', '1902', '2026', '2199', '2200', '9999'),
      fc.constantFrom('-01-01', '-01-02', '-02-29', '-02-30', '-03-29', '-10-25', '-12-31', '-13-01'),
      fc.constantFrom('T', ' '),
      two(0, 24),
      two(0, 60),
      fc.constantFrom('', ':00', ':59', ':60', ':59.9'),
      fc.constantFrom('', 'Z', '+01:00', '-23:59', '+14'),
    )
    .map(([year, day, separator, hour, minute, second, offset]) =>
      [year, day, separator, hour, ':', minute, second, offset].join(''),
    );
  const anyRaw: fc.Arbitrary<Json> = fc.oneof(
    { weight: 3, arbitrary: timeLike },
    { weight: 1, arbitrary: fc.jsonValue() as fc.Arbitrary<Json> },
    { weight: 1, arbitrary: fc.array(fc.string({ unit: fc.constantFrom('o', '\u0308') })) },
  );

  test('whatever a system gives settles at once, on the side that it came from and on the other', () => {
    fc.assert(
      fc.property(anyRaw, fc.constantFrom(...codecs), fc.constantFrom(...sides), (raw, codec, from) => {
        const meaning = codec.toCanonical[from](raw);
        for (const side of sides) expect(codec.toCanonical[side](codec.fromCanonical[side](meaning))).toBe(meaning);
      }),
      { numRuns: 5000 },
    );
  });

  test('every example comes back from both sides', () => {
    for (const codec of codecs) {
      for (const example of codec.examples) {
        for (const side of sides) expect(roundTrips(codec, example, side)).toBe(true);
      }
    }
    expect(instant().examples).toEqual([null, '2026-11-20 10:00:00', '2024-02-29 23:59:59', '1999-12-31 00:00:00']);
  });
});

test('the codecs say what they are', () => {
  expect([instant().kind, berlin.kind]).toEqual(['instant', 'localTime']);
});

describe('an instant to the millisecond', () => {
  const two = (most: number) => fc.nat(most).map((value) => String(value).padStart(2, '0'));
  const anyTime = fc
    .tuple(two(13), two(33), two(26), two(61), two(61), fc.constantFrom('.000Z', '.123Z', 'Z', '+02:00', '.5-0330', ''))
    .map(([month, day, hour, minute, second, end]) => `2024-${month}-${day}T${hour}:${minute}:${second}${end}`);

  test('is the text that JavaScript gives for it, and what is none passes through', () => {
    fc.assert(
      fc.property(anyTime, (text) => {
        const time = new Date(text.replace(/-0330$/, '-03:30'));
        const isKnown = /Z|[+-]\d\d:?\d\d$/.test(text) && !Number.isNaN(time.getTime());
        expect(isoInstant().toCanonical.master(text)).toBe(isKnown ? time.toISOString() : text);
      }),
      { numRuns: 2_000 },
    );
  });
});
