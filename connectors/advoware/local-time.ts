import { DateTime } from 'luxon';

/**
 * `geaendertAm` as ISO 8601 UTC. Advoware writes the office's local time without an offset; one that has an offset is
 * taken at its word. Null where the time is not known: for what is no time, for .NET's zero date, and in the hour that
 * the clocks repeat in autumn, where a time without an offset means either of two instants. To choose one would let
 * that guess decide between two edits; a time that is not known never decides, and the master wins then.
 */
export function utcOf(localTime: unknown, timeZone: string): string | null {
  if (typeof localTime !== 'string' || localTime.startsWith('0001-')) return null;
  const time = DateTime.fromISO(localTime, { zone: timeZone });
  if (!time.isValid) return null;
  const hasOffset = /(?:Z|[+-]\d{2}(?::?\d{2})?)$/i.test(localTime.slice(10));
  if (!hasOffset && time.getPossibleOffsets().length > 1) return null;
  return new Date(time.toMillis()).toISOString();
}
