import { retryAfterMs } from '../retry-after.ts';

export interface PauseSigns {
  /** `X-RateLimit-Reset`: documented as seconds to the end of the window; a large number can only be a time. */
  readonly reset: string | null;
  readonly retryAfter: string | null;
  /** Of the limit for the server's working time; null for a limit of requests. */
  readonly serverTimePeriodSeconds: number | null;
  readonly nowMs: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Nobody waits so many seconds; it is the epoch's. */
const leastEpochSeconds = 1e9;

/** How long Productive asks to wait, in milliseconds; null where nothing tells. */
export function pauseMs({ reset, retryAfter, serverTimePeriodSeconds: period, nowMs }: PauseSigns): number | null {
  const told = resetMs(reset, nowMs) ?? retryAfterMs(retryAfter, nowMs);
  if (told !== null) return told;
  if (period === null) return null;
  // Fixed windows, documented: the top of the hour, and midnight UTC.
  const windowMs = period * 1000 >= dayMs ? dayMs : hourMs;
  return windowMs - (nowMs % windowMs);
}

function resetMs(reset: string | null, nowMs: number): number | null {
  if (reset === null || !/^\d{1,13}(\.\d{1,9})?$/.test(reset.trim())) return null;
  const seconds = Number(reset);
  return seconds > leastEpochSeconds ? Math.max(0, seconds * 1000 - nowMs) : Math.ceil(seconds * 1000);
}
