import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { WebhookHeaders } from '../webhook-source.ts';
import { espoId } from './record.ts';

export type SignatureVerdict =
  | { readonly ok: true; readonly webhookId: string }
  | { readonly ok: false; readonly reason: 'missing' | 'malformed' | 'unknown_webhook' | 'mismatch' };

interface Claim {
  readonly webhookId: string;
  readonly digest: Buffer;
}

const idAndDigest = /^([A-Za-z0-9_-]{1,64}):/;
const hexDigest = /^[0-9a-f]{64}$/;
const digestBytes = 32;

/**
 * Whether a request comes from a webhook that we know. Pure; reads the body as the raw bytes that came, since EspoCRM's
 * own way to write JSON is part of what is signed.
 * `Signature` (from 9.0: base64 of id, colon, hex digest) decides where it is present, `X-Signature` (base64 of id,
 * colon, 32 raw bytes) only without it. Both observed on EspoCRM 9.2.7.
 * @param secrets secret keys by webhook id; the key is used as text, not as hex
 */
export function verifyEspoSignature(
  rawBody: Buffer,
  headers: WebhookHeaders,
  secrets: ReadonlyMap<string, string>,
): SignatureVerdict {
  if (headers['signature'] === undefined && headers['x-signature'] === undefined)
    return { ok: false, reason: 'missing' };
  const claim = claimIn(headers);
  if (claim === null) return { ok: false, reason: 'malformed' };
  const secret = secrets.get(claim.webhookId);
  if (secret === undefined) return { ok: false, reason: 'unknown_webhook' };
  const expected = createHmac('sha256', secret).update(rawBody).digest();
  return timingSafeEqual(expected, claim.digest)
    ? { ok: true, webhookId: claim.webhookId }
    : { ok: false, reason: 'mismatch' };
}

/** The webhook that a request says it comes from, without any proof; null if it says none. */
export const claimedWebhook = (headers: WebhookHeaders): string | null => claimIn(headers)?.webhookId ?? null;

function claimIn({ signature: current, 'x-signature': legacy }: WebhookHeaders): Claim | null {
  return current === undefined ? readClaim(legacy, rawDigestOf) : readClaim(current, hexDigestOf);
}

function readClaim(
  header: string | readonly string[] | undefined,
  digestOf: (bytes: Buffer) => Buffer | null,
): Claim | null {
  if (typeof header !== 'string' || !/^[A-Za-z0-9+/]{8,400}={0,2}$/.test(header)) return null;
  const decoded = Buffer.from(header, 'base64');
  const webhookId = idAndDigest.exec(decoded.toString('latin1'))?.[1];
  if (webhookId === undefined) return null;
  const digest = digestOf(decoded.subarray(webhookId.length + 1));
  return digest === null ? null : { webhookId, digest };
}

function hexDigestOf(bytes: Buffer): Buffer | null {
  const hex = bytes.toString('latin1');
  return hexDigest.test(hex) ? Buffer.from(hex, 'hex') : null;
}

const rawDigestOf = (bytes: Buffer): Buffer | null => (bytes.length === digestBytes ? bytes : null);

export type EspoBatch =
  | { readonly ok: true; /** Without repetitions, in the order of the queue. */ readonly ids: readonly string[] }
  | { readonly ok: false; readonly reason: string };

const item = z.object({ id: espoId });

/** The records that a webhook's body speaks of. Everything else in it is stale by design and left alone. Never throws. */
export function parseEspoBatch(rawBody: Buffer): EspoBatch {
  let json: unknown;
  try {
    json = JSON.parse(rawBody.toString('utf8'));
  } catch {
    return { ok: false, reason: 'The body is not JSON' };
  }
  return Array.isArray(json) ? idsOf(json) : { ok: false, reason: 'The body is not a list' };
}

/** Ends at the first item that is none: millions of complaints would take the memory. */
function idsOf(items: readonly unknown[]): EspoBatch {
  const ids = new Set<string>();
  for (const [index, candidate] of items.entries()) {
    const { success, data } = item.safeParse(candidate);
    if (!success) return { ok: false, reason: `Item ${index} has no valid id` };
    ids.add(data.id);
  }
  return { ok: true, ids: [...ids] };
}
