import type { CallContext, WebhookRegistrar, WebhookRegistration } from '../connector.ts';
import { Rejected } from '../errors.ts';
import type { HttpAnswer, HttpRequest } from '../http.ts';
import type { EspoCrmClient } from './client.ts';
import { espoId } from './record.ts';
import { saysGone } from './refusal.ts';
import { webhookRefusal } from './webhook-refusal.ts';
import { readSubscriptions, type Subscription, subscription } from './webhook-subscriptions.ts';

/** Names EspoCRM in the address of our route. */
export const espoCrmWebhookPath = 'espocrm';
/** The last parts of our route's address: what happens to records of an entity. */
export const espoCrmWebhookKinds = ['create', 'update', 'delete'] as const;

/**
 * EspoCRM's subscriptions, those of our API user (observed on 9.2.7). Of an existing one `event` can't be changed, while
 * `url`, `isActive` and (source of 9.2) `skipOwn` can. EspoCRM has no way to send a test.
 */
export function createWebhookRegistrar(client: EspoCrmClient): WebhookRegistrar {
  const { system } = client;
  return {
    path: espoCrmWebhookPath,
    eventsOf: (entity) => espoCrmWebhookKinds.map((kind) => ({ event: `${entity}.${kind}`, segment: kind })),
    canary: null,
    list: async (context) => (await readSubscriptions(client, context)).map(asRegistration),
    create: async (event, url, context) =>
      ask(
        client,
        { method: 'POST', path: '/Webhook', body: { event, url, skipOwn: true } },
        { id: null, url },
        context,
      ),
    change: async (id, changes, context) => {
      const request = { method: 'PUT', path: pathOf(system, id), body: { ...changes } } as const;
      return ask(client, request, { id, url: changes.url ?? null }, context);
    },
    remove: async (id, context) => {
      const request = { method: 'DELETE', path: pathOf(system, id), purpose: 'check' } as const;
      const answer = await client.send(request, context);
      if (answer.status >= 300 && !saysGone(answer, id))
        throw webhookRefusal(answer, { id, url: null, nowMs: client.now() });
    },
  };
}

/** @throws Rejected where the id would lead to another address */
function pathOf(system: string, id: string): string {
  if (!espoId.safeParse(id).success)
    throw new Rejected(`${system}: no webhook has such an id`, { system, field: 'id' });
  return `/Webhook/${id}`;
}

async function ask(
  client: EspoCrmClient,
  request: Omit<HttpRequest, 'purpose'>,
  about: { readonly id: string | null; readonly url: string | null },
  context: CallContext,
): Promise<WebhookRegistration> {
  const answer: HttpAnswer = await client.send({ ...request, purpose: 'check' }, context);
  if (answer.status >= 300) throw webhookRefusal(answer, { ...about, nowMs: client.now() });
  const body = subscription.safeParse(answer.json);
  if (!body.success) throw answer.lost('the answer is no webhook');
  return asRegistration(body.data);
}

const asRegistration = ({ id, event, url, isActive, skipOwn }: Subscription): WebhookRegistration => ({
  id,
  event,
  url: url ?? null,
  isActive: isActive === true,
  skipOwn: skipOwn ?? null,
});
