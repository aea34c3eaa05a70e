import { DateTime } from 'luxon';

/**
 * `geaendertAm` as ISO 8601 UTC. Advoware writes the office's local time without an offset; one that has an offset is
 * taken at its word. In the hour that the clocks repeat in autumn the earlier instant is meant: a record is rather
 * thought older than newer than it is. Null for what is no time, and for .NET's zero date.
 */
export function utcOf(localTime: unknown, timeZone: string): string | null {
  if (typeof localTime !== 'string' || localTime.startsWith('0001-')) return null;
  const time = DateTime.fromISO(localTime, { zone: timeZone });
  if (!time.isValid) return null;
  const earliest = Math.min(...time.getPossibleOffsets().map((candidate) => candidate.toMillis()));
  const hasOffset = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(localTime.slice(10));
  return new Date(hasOffset ? time.toMillis() : earliest).toISOString();
}
