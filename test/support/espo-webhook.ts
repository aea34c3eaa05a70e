import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { ApiUnderTest } from './api.ts';
import { everything } from './store.ts';

/** A webhook as EspoCRM knows it. */
export interface Registration {
  readonly id: string;
  readonly secret: string;
}

const digestOf = (body: Buffer | string, { secret }: Registration) => createHmac('sha256', secret).update(body);

/** The signature since EspoCRM 9.0: base64 of id, colon, hexadecimal digest. */
export const signature = (body: Buffer | string, registration: Registration): Record<string, string> => ({
  signature: Buffer.from(`${registration.id}:${digestOf(body, registration).digest('hex')}`).toString('base64'),
});

/** The older one: base64 of id, colon, digest as it is. */
export const legacySignature = (body: Buffer | string, registration: Registration): Record<string, string> => ({
  'x-signature': Buffer.concat([Buffer.from(`${registration.id}:`), digestOf(body, registration).digest()]).toString(
    'base64',
  ),
});

export const updatePath = '/webhooks/espocrm/beteiligte/update';

/** A body as EspoCRM sends it. */
export const batch = (...ids: readonly string[]): string =>
  JSON.stringify(ids.map((id) => ({ id, name: 'Meier', deleted: false })));

const answerShape = z.looseObject({ error: z.object({ code: z.string(), message: z.string() }).optional() });

export interface WebhookAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: z.infer<typeof answerShape>;
}

export async function postWebhook(
  { url }: ApiUnderTest,
  body: string,
  headers: Record<string, string>,
  path = updatePath,
): Promise<WebhookAnswer> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: answer.status, headers: answer.headers, body: answerShape.parse(await answer.json()) };
}

export const storedIds = async ({ database }: ApiUnderTest): Promise<string[]> =>
  (await everything(database.db)).hints.map(({ recordId }) => recordId);
