import { claimedWebhook, verifyEspoSignature, type WebhookHeaders } from '../../connectors/espocrm/webhooks.ts';
import { type Side, sides } from '../../engine/values.ts';
import type { PairInfo } from '../dependencies.ts';
import type { WebhookSecrets } from './webhook-secrets.ts';

/** What a request proves its origin with. */
export interface SignedRequest {
  readonly rawBody: Buffer;
  readonly headers: WebhookHeaders;
}

class NotFromThere extends Error {
  readonly code = 'not_from_there';
}

/**
 * Whether the request says that it comes from a webhook of the pair that is known, or that its EspoCRMs know when they
 * are asked. Proves nothing; whoever can't say that is not listened to.
 */
export async function namesKnownWebhook(
  headers: WebhookHeaders,
  pair: PairInfo,
  secrets: ReadonlyMap<string, WebhookSecrets>,
): Promise<boolean> {
  const webhookId = claimedWebhook(headers);
  if (webhookId === null) return false;
  const keyRings = sides.flatMap((side) => secrets.get(pair[side].system) ?? []);
  if (keyRings.some((keys) => keys.known().has(webhookId))) return true;
  const asked = keyRings.map(async (keys) => {
    await keys.refresh(webhookId);
    if (!keys.known().has(webhookId)) throw new NotFromThere('It does not know the webhook');
    return true;
  });
  return Promise.any(asked).catch(() => false);
}

/**
 * The side of the pair whose EspoCRM has signed the request, the master being tried first; null if none has. The keys
 * decide alone: two instances may number their webhooks alike.
 * @param secrets by the name of the system
 */
export async function senderOf(
  { rawBody, headers }: SignedRequest,
  pair: PairInfo,
  secrets: ReadonlyMap<string, WebhookSecrets>,
): Promise<Side | null> {
  const candidates = sides.flatMap((side) => {
    const keys = secrets.get(pair[side].system);
    return keys === undefined
      ? []
      : [{ side, keys, verify: () => verifyEspoSignature(rawBody, headers, keys.known()) }];
  });
  const judged = candidates.map((candidate) => ({ ...candidate, verdict: candidate.verify() }));
  const sender = judged.find(({ verdict }) => verdict.ok);
  if (sender !== undefined) return sender.side;
  const webhookId = claimedWebhook(headers) ?? '';
  // A registration that was made since the start: its key can be read from EspoCRM. One that does not answer must not
  // hold up what the other has sent.
  const asked = judged
    .filter(({ verdict }) => !verdict.ok && verdict.reason === 'unknown_webhook')
    .map(async ({ side, keys, verify }) => {
      await keys.refresh(webhookId);
      if (!verify().ok) throw new NotFromThere('Its keys do not fit');
      return side;
    });
  return Promise.any(asked).catch(() => null);
}
