import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { ParsedWebhook, ShownState, WebhookHead, WebhookHeaders, WebhookSource } from '../webhook-source.ts';
import type { ProductiveClient } from './client.ts';
import { productiveId, shownState, singleDocument } from './document.ts';
import { entityOfItem, resourceOf } from './resources.ts';
import { productiveWebhookPath, readWebhookKeys } from './webhook-registrar.ts';

/**
 * How old a signature may be. Productive repeats a delivery for up to 48 hours, and whether a repetition is signed anew is
 * not documented; what came twice only makes us read once more.
 */
const oldestMs = 50 * 3_600_000;
/** How far Productive's clock may be ahead of ours. */
const furthestAheadMs = 300_000;
const longestBodyBytes = 16 * 1024 * 1024;

export type SignatureVerdict = 'good' | 'missing' | 'malformed' | 'stale' | 'mismatch';

/**
 * Whether a delivery was signed with this token, lately. Pure; reads the bytes as they came. The header is
 * `Productive-Signature: t=<unix seconds>, s=<hex>`, over the time, a dot and the body (documented by name; dot and
 * algorithm as two public receivers use them).
 */
export function verifyProductiveSignature(
  rawBody: Buffer,
  headers: WebhookHeaders,
  { token, nowMs }: { readonly token: string; readonly nowMs: number },
): SignatureVerdict {
  const header = headers['productive-signature'];
  if (header === undefined) return 'missing';
  const parts = typeof header === 'string' ? /^t=(\d{1,12}),\s{0,4}s=([0-9a-f]{64})$/.exec(header.trim()) : null;
  const [, seconds, digest] = parts ?? [];
  if (seconds === undefined || digest === undefined) return 'malformed';
  const expected = createHmac('sha256', token).update(`${seconds}.`).update(rawBody).digest();
  if (!timingSafeEqual(expected, Buffer.from(digest, 'hex'))) return 'mismatch';
  const ageMs = nowMs - Number(seconds) * 1000;
  return ageMs > oldestMs || ageMs < -furthestAheadMs ? 'stale' : 'good';
}

/** What of a delivery is believed; the record in it is neither complete nor the latest. */
const delivery = z.looseObject({
  event: z.string().regex(/^[\w.-]{1,100}$/),
  item_type: z.string().max(100),
  item_id: productiveId,
  object: singleDocument.optional().catch(undefined),
});

/** The record that a delivery is about. Never throws. */
export function parseProductiveEvent(rawBody: Buffer): ParsedWebhook {
  let json: unknown;
  try {
    json = JSON.parse(rawBody.toString('utf8'));
  } catch {
    return { ok: false, reason: 'The body is not JSON' };
  }
  const { success, data } = delivery.safeParse(json);
  if (!success) return { ok: false, reason: 'The body names no event, type or id' };
  const entity = entityOfItem(data.item_type);
  if (entity === null) return { ok: false, reason: 'The body is about a type that is not known here' };
  return { ok: true, records: [{ entity, id: data.item_id, event: data.event, shown: shownIn(data, entity) }] };
}

/** Only a record that lives can be known as it is. */
function shownIn({ event, item_id, object }: z.infer<typeof delivery>, entity: string): ShownState | null {
  const resource = resourceOf(entity);
  if (resource === undefined || object?.data.id !== item_id || !/^(create|update)_/.test(event)) return null;
  return object.data.attributes['deleted_at'] == null ? shownState(object.data, resource) : null;
}

/** `<installation>.<event>`, as our registrar puts it into the address. */
const claimForm = /^[\w.-]{1,120}$/;

export function createWebhookSource(client: ProductiveClient): WebhookSource {
  return {
    path: productiveWebhookPath,
    routes: '?webhook=<name>',
    longestBodyBytes,
    // A genuine body that nobody understands must not get the webhook deactivated.
    answers: { badSignature: 401, badBody: 200 },
    reusesClaims: true,
    addressOf: ({ route }) => (route === '' ? { pair: null } : null),
    claimed,
    claimOf,
    isSigned: ({ rawBody, headers }, { secret }, nowMs) =>
      verifyProductiveSignature(rawBody, headers, { token: secret, nowMs }) === 'good',
    parse: ({ rawBody }) => parseProductiveEvent(rawBody),
    readKeys: (context) => readWebhookKeys(client, claimOf, context),
  };
}

function claimed({ query }: Pick<WebhookHead, 'query'>): string | null {
  const { webhook } = query;
  return webhook !== undefined && claimForm.test(webhook) ? webhook : null;
}

function claimOf({ url }: { readonly url: string }): string | null {
  if (!URL.canParse(url)) return null;
  const { pathname, searchParams } = new URL(url);
  if (!pathname.endsWith(`/webhooks/${productiveWebhookPath}`)) return null;
  return claimed({ query: { webhook: searchParams.get('webhook') ?? undefined } });
}
