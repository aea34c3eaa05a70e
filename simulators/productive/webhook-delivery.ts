import { createHmac } from 'node:crypto';
import { request } from 'node:http';

export interface Delivery {
  readonly url: string;
  readonly signatureToken: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Unix time in seconds. */
  readonly sentAt: number;
  /** Vendor examples have it both ways. */
  readonly spaceInSignature: boolean;
}

/** JSON as Rails writes it: a few characters are escaped, so that only the raw bytes can be verified. */
export const railsJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');

export function signature({ signatureToken, body, sentAt, spaceInSignature }: Delivery): string {
  const hmac = createHmac('sha256', signatureToken).update(`${sentAt}.${body}`).digest('hex');
  return `t=${sentAt},${spaceInSignature ? ' ' : ''}s=${hmac}`;
}

/** @returns the status; 0 when no connection came about, 408 on a time-out */
export function deliver(delivery: Delivery, timeoutMs: number): Promise<number> {
  const { url, body, headers } = delivery;
  return new Promise((resolve) => {
    const options = {
      method: 'POST',
      agent: false,
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'productive-signature': signature(delivery),
      },
    };
    const sent = request(url, options, (answer) => {
      answer.resume();
      answer.on('error', () => {
        resolve(0);
      });
      answer.on('end', () => {
        resolve(answer.statusCode ?? 0);
      });
    });
    sent.setTimeout(timeoutMs, () => {
      resolve(408);
      sent.destroy();
    });
    sent.on('error', () => {
      resolve(0);
    });
    sent.end(body);
  });
}
