import { createHmac } from 'node:crypto';
import { request } from 'node:http';

export interface Delivery {
  url: string;
  webhookId: string;
  secretKey: string;
  items: readonly unknown[];
}

/** PHP's JSON: slashes and everything outside ASCII are escaped, so that only the raw bytes can be verified. */
export function phpJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('/', '\\/')
    .replaceAll(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Both signature headers, over the raw bytes of the body. */
export function signatures(
  webhookId: string,
  secretKey: string,
  body: string,
): { Signature: string; 'X-Signature': string } {
  const hmac = createHmac('sha256', secretKey).update(body).digest();
  return {
    Signature: Buffer.from(`${webhookId}:${hmac.toString('hex')}`).toString('base64'),
    'X-Signature': Buffer.concat([Buffer.from(`${webhookId}:`), hmac]).toString('base64'),
  };
}

/** Sends one request as EspoCRM does. @returns the status, 0 when no connection came about, 408 on a time-out */
export function deliver({ url, webhookId, secretKey, items }: Delivery, timeoutMs: number): Promise<number> {
  const body = phpJson(items);
  const { host } = new URL(url);
  const signed = signatures(webhookId, secretKey, body);
  const headers = [
    ['Host', host],
    ['Accept', '*/*'],
    ['Content-Type', 'application/json'],
    ['Content-Length', String(Buffer.byteLength(body))],
    ['Signature', signed.Signature],
    ['X-Signature', signed['X-Signature']],
  ];
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST', headers: headers.flat(), setHost: false, agent: false }, (answer) => {
      answer.resume();
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
