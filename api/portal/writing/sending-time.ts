import { DateTime, type DateTimeMaybeValid } from 'luxon';

/** When what users change is sent to the master: at once, or in the quiet hours of the day, minutes since midnight. */
export type SendingHours = 'at_once' | { readonly fromMinute: number; readonly toMinute: number };

const minutesOf = (hour: string, minute: string): number => Number(hour) * 60 + Number(minute);

/** As people write it: `at_once` or `22:00-06:00`. Null for anything else. */
export function parseSendingHours(text: string): SendingHours | null {
  if (text === 'at_once') return 'at_once';
  const match = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (match === null) return null;
  const [, fromHour = '', fromMinute = '', toHour = '', toMinute = ''] = match;
  const hours = { fromMinute: minutesOf(fromHour, fromMinute), toMinute: minutesOf(toHour, toMinute) };
  return hours.fromMinute === hours.toMinute ? null : hours;
}

/**
 * When a change that is made now may be sent.
 * @returns null: at once
 */
export function heldUntil(hours: SendingHours, now: Date, timeZone: string): Date | null {
  if (hours === 'at_once') return null;
  const local = DateTime.fromJSDate(now, { zone: timeZone });
  const minute = local.hour * 60 + local.minute;
  if (isWithin(hours, minute)) return null;
  const today = begin(local, hours.fromMinute);
  return (today > local ? today : begin(local.plus({ days: 1 }), hours.fromMinute)).toJSDate();
}

/** The hours may reach beyond midnight. */
function isWithin({ fromMinute, toMinute }: Exclude<SendingHours, 'at_once'>, minute: number): boolean {
  return fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute;
}

const begin = (day: DateTimeMaybeValid, minute: number): DateTimeMaybeValid =>
  day.set({ hour: Math.floor(minute / 60), minute: minute % 60, second: 0, millisecond: 0 });
