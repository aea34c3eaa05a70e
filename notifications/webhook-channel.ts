import { createHmac } from 'node:crypto';
import got from 'got';
import { networkFailure } from '../connectors/network-failure.ts';
import type { TakenDelivery } from '../store/notifications.ts';
import type { Channel, SendResult } from './channel.ts';

export interface WebhookChannelOptions {
  readonly url: string;
  /** `whsec_` and base64, as Standard Webhooks has it, or any other text: then its bytes are the key. */
  readonly secret: string;
  /** From the look-up to the last byte of the answer, in milliseconds. */
  readonly timeoutMs: number;
  readonly now: () => Date;
}

/**
 * An HTTP POST to a URL of the user's choice, signed as in Standard Webhooks (standardwebhooks.com): `webhook-id` is the same
 * each time one notification is sent, `webhook-signature` is `v1,` and the base64 of the HMAC-SHA256 over
 * `<webhook-id>.<webhook-timestamp>.<body>`. Any answer but 2xx is a failure; redirects are not followed.
 */
export function createWebhookChannel({ url, secret, timeoutMs, now }: WebhookChannelOptions): Channel {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
  return {
    name: 'webhook',
    repeats: true,
    gathers: true,
    send: async (delivery) => {
      const body = JSON.stringify(bodyOf(delivery));
      const timestamp = String(Math.floor(now().getTime() / 1_000));
      const signed = createHmac('sha256', key).update(`${delivery.id}.${timestamp}.${body}`).digest('base64');
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'tandem',
        'webhook-id': delivery.id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signed}`,
      };
      return post(url, { headers, body, timeoutMs });
    },
  };
}

interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

async function post(url: string, { headers, body, timeoutMs }: Request): Promise<SendResult> {
  const failed = (reason: string): SendResult => ({ kind: 'failed', reason, retryAfterMs: null });
  try {
    const { statusCode } = await got.post(url, {
      headers,
      body,
      timeout: { request: timeoutMs },
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      responseType: 'text',
    });
    return statusCode >= 200 && statusCode < 300 ? { kind: 'sent' } : failed(`answered with ${statusCode}`);
  } catch (error) {
    // The error that got throws carries the request and its signature, so only its kind goes on.
    return failed(networkFailure(error, new AbortController().signal).reason);
  }
}

/** What the receiver reads. `count`: how many notifications it stands for; more than one has no single record. */
function bodyOf({ id, kind, pair, record, system, code, message, createdAt, standsFor }: TakenDelivery) {
  const isSummary = standsFor > 1;
  return {
    id,
    kind,
    pair,
    record: isSummary ? null : (record?.key ?? null),
    system,
    code,
    message: isSummary ? summaryOf(standsFor, pair) : message,
    at: createdAt.toISOString(),
    count: standsFor,
  };
}

const summaryOf = (count: number, pair: string | null): string =>
  `… and ${count} more, see \`tandem failed${pair === null ? '' : ` ${pair}`}\``;
