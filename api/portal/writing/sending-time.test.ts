import { describe, expect, test } from '@jest/globals';
import { heldUntil, parseSendingHours } from './sending-time.ts';

const berlin = 'Europe/Berlin';
const hoursOf = (text: string) => {
  const hours = parseSendingHours(text);
  if (hours === null) throw new Error(`${text} was not understood`);
  return hours;
};
const held = (text: string, now: string, zone = berlin): string | null =>
  heldUntil(hoursOf(text), new Date(now), zone)?.toISOString() ?? null;

describe('when a change is sent', () => {
  test.each([
    ['at once, whatever the time', 'at_once', '2026-10-07T10:00:00Z', null],
    ['in the evening, if it is made at noon', '22:00-06:00', '2026-10-07T10:00:00Z', '2026-10-07T20:00:00.000Z'],
    ['at once within the quiet hours', '22:00-06:00', '2026-10-07T21:30:00Z', null],
    ['at once after midnight, while they last', '22:00-06:00', '2026-10-07T03:59:59Z', null],
    ['at their first moment', '22:00-06:00', '2026-10-07T20:00:00Z', null],
    ['in the evening, once they are over', '22:00-06:00', '2026-10-07T04:00:00Z', '2026-10-07T20:00:00.000Z'],
    ['tomorrow, if they were earlier today', '01:00-05:00', '2026-10-07T10:00:00Z', '2026-10-07T23:00:00.000Z'],
    ['later today, if they do not pass midnight', '12:00-13:00', '2026-10-07T09:59:00Z', '2026-10-07T10:00:00.000Z'],
    // The clocks go forward at 02:00 on 2026-03-29 and back at 03:00 on 2026-10-25.
    ['in the night of the clock change in spring', '22:00-06:00', '2026-03-28T12:00:00Z', '2026-03-28T21:00:00.000Z'],
    ['at an hour that this day does not have', '02:30-05:00', '2026-03-28T12:00:00Z', '2026-03-29T01:30:00.000Z'],
    ['in the night of the clock change in autumn', '22:00-06:00', '2026-10-25T12:00:00Z', '2026-10-25T21:00:00.000Z'],
  ])('%s', (_title, hours, now, expected) => {
    expect(held(hours, now)).toBe(expected);
  });

  test('by the clock of the configured time zone', () => {
    expect(held('22:00-06:00', '2026-10-07T10:00:00Z', 'America/New_York')).toBe('2026-10-08T02:00:00.000Z');
  });
});

test.each(['', 'now', '22-06', '24:00-06:00', '22:60-06:00', '06:00-06:00', ' 22:00-06:00', '22:00-06:00,01:00-02:00'])(
  '"%s" is no time to send',
  (text) => {
    expect(parseSendingHours(text)).toBeNull();
  },
);
