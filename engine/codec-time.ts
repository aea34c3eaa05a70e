import { alike, type Codec } from './codec.ts';
import { meaningOfText } from './codec-plain.ts';
import type { Canonical, Json } from './values.ts';

/**
 * An instant: `YYYY-MM-DD HH:MM:SS` in UTC, whole seconds, the only form that EspoCRM 9.2.7 was observed to give; of
 * ISO 8601 it refuses milliseconds. Read are also ISO 8601 with Z, an offset or fractions of a second (cut off), and times
 * without seconds. A time without an offset is in UTC. Anything else, a day without a time too, passes through.
 * @param options.replicaForm How an instant is written to the replica; `iso` is `YYYY-MM-DDTHH:MM:SSZ`.
 */
export function instant({ replicaForm = 'spaced' }: { readonly replicaForm?: 'spaced' | 'iso' } = {}): Codec {
  return {
    kind: 'instant',
    toCanonical: alike(instantText),
    fromCanonical: { master: (value) => value, replica: replicaForm === 'iso' ? isoForm : (value) => value },
    examples: [null, '2026-11-20 10:00:00', '2024-02-29 23:59:59', '1999-12-31 00:00:00'],
  };
}

/**
 * An instant to the millisecond: ISO 8601 in UTC, `YYYY-MM-DDTHH:MM:SS.mmmZ`. Read are also other offsets, more or fewer
 * fractions of a second (cut off), and none. Anything else passes through, a time without an offset too.
 */
export const isoInstant = (): Codec => ({
  kind: 'instant',
  toCanonical: alike((raw) => meaningOfText(raw, isoText)),
  fromCanonical: alike((value) => value),
  examples: [null, '2026-11-20T10:00:00.000Z', '1999-12-31T23:59:59.123Z'],
});

const isoForm8601 = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?(?:Z|([+-]\d\d):?(\d\d))$/i;

/** In the canonical form already, and a day and an hour that there are in every month. */
const isoTextItself = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

function isoText(text: string): string {
  if (isoTextItself.test(text)) return text;
  const parts = isoForm8601.exec(text);
  if (parts === null) return text;
  const [, day = '', minute = '', second = '00', fraction = '0', hours, minutes = '00'] = parts;
  const offset = hours === undefined ? 'Z' : `${hours}:${minutes}`;
  const time = new Date(`${day}T${minute}:${second}.${fraction.padEnd(3, '0')}${offset}`);
  return Number.isNaN(time.getTime()) ? text : time.toISOString();
}

/**
 * A time that the master holds as an instant in UTC (`YYYY-MM-DD HH:MM:SS`, EspoCRM) and the replica as what the clocks
 * of a zone show, without an offset (`YYYY-MM-DDTHH:MM:SS`; Advoware: observed for dates, concluded for times). What the
 * clocks show is the canonical form, because only that can be known of both sides:
 * - The hour that the clocks repeat in autumn: two instants are the same value; the earlier one is written to the master.
 * - The hour that they skip in spring: a time in it is taken that much later, as clocks that were not set would be read.
 *
 * Times before 1902 and from 2200 on are a system's "never" or its zero; they are the same text in UTC and in the zone.
 * .NET's zero, `0001-01-01T00:00:00`, is empty. A replica's time with an offset is taken at its word.
 * @throws RangeError if the zone is unknown.
 */
export function localTime({ zone }: { readonly zone: string }): Codec {
  const clocks = createClocks(zone);
  const shown = (wallMs: number): Canonical => (wallMs === zeroMs ? null : clockText(wallMs));
  const ofMaster = ({ ms }: Reading): Canonical => shown(clocks.wallMs(ms));
  const ofReplica = ({ kind, ms }: Reading): Canonical =>
    shown(clocks.wallMs(kind === 'instant' ? ms : clocks.earliestInstantMs(ms)));
  const replica = (raw: Json): Canonical => meaningOfTime(raw, ofReplica);
  return {
    kind: 'localTime',
    toCanonical: { master: (raw) => meaningOfTime(raw, ofMaster), replica },
    fromCanonical: {
      master: (value) => meaningOfTime(value, ({ ms }) => spacedText(clocks.earliestInstantMs(ms))),
      replica: (value) => value,
    },
    examples: [null, ...tellingTimes.map(replica)],
  };
}

/** Winter, summer, repeated and skipped in Berlin, repeated in New York and on Lord Howe Island, never. */
const tellingTimes = [
  '2026-01-15T12:00:00',
  '2026-07-15T12:00:00',
  '2026-10-25T02:30:00',
  '2026-03-29T02:30:00',
  '2026-11-01T01:30:00',
  '2026-04-05T01:45:00',
  '9999-12-31T23:59:59',
];

const spacedForm = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

function instantText(raw: Json): Canonical {
  // Text of this form is canonical even if it names no time: it would pass through.
  if (typeof raw === 'string' && spacedForm.test(raw)) return raw;
  return meaningOfTime(raw, ({ ms }) => spacedText(ms));
}

function isoForm(value: Canonical): Json {
  const iso = `${String(value).replace(' ', 'T')}Z`;
  return instantText(iso) === value ? iso : value;
}

const meaningOfTime = (raw: Json, meaning: (reading: Reading) => Canonical): Canonical =>
  meaningOfText(raw, (text) => {
    const reading = readTime(text);
    return reading === null ? text : meaning(reading);
  });

/** `wall`: a time without an offset, as milliseconds since 1970 as if it were in UTC. */
interface Reading {
  readonly kind: 'instant' | 'wall';
  readonly ms: number;
}

const notation = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?:(:\d\d)(?:[.,]\d+)?)?(Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?$/i;

function readTime(text: string): Reading | null {
  const [found, date = '', time = '', seconds = '', zone] = notation.exec(text) ?? [];
  if (found === undefined) return null;
  const clockMs = Date.parse(`${date}T${time}${seconds}Z`);
  // A day that the month does not have, and 24:00, run over into another day; what is no time at all has none.
  if (new Date(clockMs).getUTCDate() !== Number(date.slice(8))) return null;
  if (zone === undefined) return { kind: 'wall', ms: clockMs };
  const ms = clockMs - offsetOf(zone);
  return ms >= yearZeroMs && ms < year10000Ms ? { kind: 'instant', ms } : null;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
const yearZeroMs = Date.parse('0000-01-01T00:00:00Z');
const year10000Ms = Date.parse('9999-12-31T00:00:00Z') + dayMs;
const zeroMs = Date.parse('0001-01-01T00:00:00Z');

function offsetOf(zone: string): number {
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', ''));
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * minuteMs;
}

const clockText = (ms: number): string => new Date(ms).toISOString().slice(0, 19);
const spacedText = (ms: number): string => clockText(ms).replace('T', ' ');

interface Clocks {
  /** What the clocks show at an instant. */
  readonly wallMs: (instantMs: number) => number;
  /** When the clocks show a time for the first time; for one that they skip, when they would if they had not been set. */
  readonly earliestInstantMs: (wallMs: number) => number;
}

const firstConvertedMs = Date.parse('1902-01-01T00:00:00Z');
const endOfConvertedMs = Date.parse('2200-01-01T00:00:00Z');

function createClocks(timeZone: string): Clocks {
  const offsetMs = createOffset(timeZone);
  const wallMs = (instantMs: number): number => instantMs + offsetMs(instantMs);
  const earliestInstantMs = (wall: number): number => {
    // No zone sets its clocks twice in two days, so these are the offsets before and after any change that matters.
    const before = wall - offsetMs(wall - dayMs);
    const after = wall - offsetMs(wall + dayMs);
    return wallMs(before) !== wall && wallMs(after) === wall ? after : before;
  };
  return { wallMs, earliestInstantMs };
}

/** How far the clocks of a zone are ahead of UTC at an instant of whole seconds; 0 in years that are not converted. */
function createOffset(timeZone: string): (instantMs: number) => number {
  const wallClock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const exact = (instantMs: number): number =>
    Date.parse(`${wallClock.format(instantMs).replace(' ', 'T')}Z`) - instantMs;
  // Asking Intl takes microseconds. Most days have one offset from end to end; the others are asked time by time.
  const offsetOfDay = new Map<number, number | null>();
  return (instantMs) => {
    if (instantMs < firstConvertedMs || instantMs >= endOfConvertedMs) return 0;
    const startMs = Math.floor(instantMs / dayMs) * dayMs;
    let known = offsetOfDay.get(startMs);
    if (known === undefined) {
      known = exact(startMs) === exact(startMs + dayMs) ? exact(startMs) : null;
      offsetOfDay.set(startMs, known);
    }
    return known ?? exact(instantMs);
  };
}
