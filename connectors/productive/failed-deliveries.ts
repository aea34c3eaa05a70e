import type { CallContext, ChangeFeed, FeedPage, Json } from '../connector.ts';
import { Forbidden } from '../errors.ts';
import { allRows } from './all-rows.ts';
import type { ProductiveClient } from './client.ts';
import { instant, type ResourceObject } from './document.ts';
import { parseProductiveEvent } from './webhooks.ts';

/** A delivery is tried again after hours at the soonest: nothing is gained by asking more often. */
const everyMs = 300_000;
/** How far Productive's clock may be behind ours, and an entry behind its time. */
const overlapMs = 600_000;
/** Filters by time may be cut to days (documented as dates, used with times), the day itself left out. */
const dayMs = 86_400_000;
/** Lists and activities tell of the same changes: what is behind so many failures is not lost without this feed. */
const mostPages = 10;
/** A position stays readable; what is told twice is looked at twice. */
const mostTold = 500;

/**
 * The deliveries that failed, `webhook_logs` (documented: failed attempts only, with their payload, filters by time, no
 * order that one could ask for). Names the records that they were about. `since` of a position is when it was read last,
 * by our clock; `afterId` the entries that were told and will be read again.
 */
export function createFailedDeliveries(client: ProductiveClient): ChangeFeed {
  return {
    name: 'webhook_logs',
    page: async (position, context) => {
      const nowMs = client.now();
      const readAt = { since: new Date(nowMs).toISOString(), afterId: null };
      if (position === null) return { changes: [], next: readAt, isLast: true };
      const lastMs = Date.parse(position.since);
      if (nowMs >= lastMs && nowMs - lastMs < everyMs) return { changes: [], next: position, isLast: true };
      const entries = await entriesSince(client, lastMs - overlapMs, context);
      const told = new Set(position.afterId?.split(',') ?? []);
      return {
        changes: entries.filter(({ id }) => !told.has(id)).flatMap(changesIn),
        next: { ...readAt, afterId: toldBy(entries, nowMs) },
        isLast: true,
      };
    },
  };
}

/** In any order. Where the plan has no webhooks they are refused with 403 (known of their creation): nothing failed. */
async function entriesSince(
  client: ProductiveClient,
  sinceMs: number,
  context: CallContext,
): Promise<readonly ResourceObject[]> {
  try {
    const query = { 'filter[after]': new Date(sinceMs - dayMs).toISOString() };
    const found = await allRows(client, { path: '/webhook_logs', query, mostPages }, context);
    return found.filter((entry) => loggedAtMs(entry) >= sinceMs);
  } catch (error) {
    if (error instanceof Forbidden) return [];
    throw error;
  }
}

/** The payload is the text that was sent; whether it may also come as an object is not documented. */
function changesIn({ attributes }: ResourceObject): FeedPage['changes'] {
  const payload: Json | undefined = attributes['payload'];
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload ?? null);
  const parsed = parseProductiveEvent(Buffer.from(text));
  return parsed.ok ? parsed.records.flatMap(({ entity, id }) => (entity === null ? [] : [{ entity, id }])) : [];
}

function toldBy(entries: readonly ResourceObject[], nowMs: number): string | null {
  const readAgain = entries.filter((entry) => loggedAtMs(entry) >= nowMs - overlapMs);
  return readAgain.length === 0 || readAgain.length > mostTold ? null : readAgain.map(({ id }) => id).join(',');
}

/** One without a time that can be read counts as new. */
function loggedAtMs({ attributes }: ResourceObject): number {
  const time = instant(attributes['created_at']);
  return time === null ? Number.POSITIVE_INFINITY : Date.parse(time);
}
