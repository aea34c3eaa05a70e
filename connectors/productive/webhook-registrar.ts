import { z } from 'zod';
import type { CallContext, WebhookRegistrar, WebhookRegistration } from '../connector.ts';
import { Misconfigured, Rejected } from '../errors.ts';
import type { WebhookKey } from '../webhook-source.ts';
import { allRows } from './all-rows.ts';
import type { ProductiveClient } from './client.ts';
import { productiveId, type ResourceObject } from './document.ts';
import { eventId, eventName, eventsOfEntity } from './events.ts';
import { refusal, saysGone } from './refusal.ts';

/** Names Productive in the address of our route. */
export const productiveWebhookPath = 'productive';

/** `signature_token` is shown to whoever may list webhooks; it leaves this file as a key only. */
const webhook = z.looseObject({
  name: z.string().nullish(),
  event_id: z.int(),
  type_id: z.int(),
  target_url: z.string().nullish(),
  deactivated_at: z.string().nullish(),
  test: z.boolean().nullish(),
  signature_token: z.string().nullish(),
});
interface Webhook extends z.infer<typeof webhook> {
  readonly id: string;
}

const webhookType = 1;

/**
 * Productive's webhooks: one event each, of the whole organization, not to be changed through the API (documented). An
 * event says in the query of its address which one it is, because own headers were seen not to arrive.
 * @param installation tells the webhooks of several Tandems on one organization apart
 */
export function createWebhookRegistrar(client: ProductiveClient, installation: string): WebhookRegistrar {
  return {
    path: productiveWebhookPath,
    eventsOf: (entity) =>
      eventsOfEntity(entity).map((event) => ({
        event,
        query: `webhook=${encodeURIComponent(`${installation}.${event}`)}`,
      })),
    canary: null,
    list: async (context) => (await readWebhooks(client, context)).map(asRegistration),
    create: async (event, url, context) => create(client, { event, url, installation }, context),
    change: null,
    remove: async (id, context) => remove(client, id, context),
  };
}

/** One call for each 200. @throws Forbidden, … as any call */
export async function readWebhookKeys(
  client: ProductiveClient,
  claimOf: (webhook: { readonly id: string; readonly url: string }) => string | null,
  context: CallContext,
): Promise<readonly WebhookKey[]> {
  const all = await readWebhooks(client, context);
  return all.flatMap(({ id, target_url: url, signature_token: secret }) => {
    const claim = url == null ? null : claimOf({ id, url });
    return claim === null || !secret ? [] : [{ claim, registrationId: id, secret }];
  });
}

async function readWebhooks(client: ProductiveClient, context: CallContext): Promise<readonly Webhook[]> {
  const rows = await allRows(client, { path: '/webhooks', purpose: 'check' }, context);
  return rows.flatMap(asWebhook);
}

/** Those of Zapier are none of ours. */
function asWebhook({ id, attributes }: ResourceObject): readonly Webhook[] {
  const known = webhook.safeParse(attributes);
  return known.success && known.data.type_id === webhookType ? [{ ...known.data, id }] : [];
}

const asRegistration = (found: Webhook): WebhookRegistration => ({
  id: found.id,
  event: eventName(found.event_id),
  url: found.target_url ?? null,
  // One with troubles (state 2) still sends.
  isActive: found.deactivated_at == null && found.test !== true,
  skipOwn: null,
});

async function create(
  client: ProductiveClient,
  { event, url, installation }: { readonly event: string; readonly url: string; readonly installation: string },
  context: CallContext,
): Promise<WebhookRegistration> {
  const { system } = client;
  const id = eventId(event);
  if (id === undefined) throw new Misconfigured(`${system}: it sends no webhooks for ${event}`, { system });
  const attributes = { name: `${installation}: ${event}`, event_id: id, type_id: webhookType, target_url: url };
  const body = { data: { type: 'webhooks', attributes } };
  const answer = await client.send({ method: 'POST', path: '/webhooks', body, purpose: 'check' }, context);
  const [made] = asWebhook(client.one(answer, { entity: 'webhooks', isQuestion: false }));
  if (made === undefined) throw answer.lost('the answer is no webhook');
  return asRegistration(made);
}

/** One that is gone already counts as removed. @throws Rejected where the id would lead to another address */
async function remove(client: ProductiveClient, id: string, context: CallContext): Promise<void> {
  const { system } = client;
  if (!productiveId.safeParse(id).success)
    throw new Rejected(`${system}: no webhook has such an id`, { system, field: 'id' });
  const answer = await client.send({ method: 'DELETE', path: `/webhooks/${id}`, purpose: 'check' }, context);
  if (answer.status < 300 || saysGone(answer)) return;
  throw refusal(answer, { isQuestion: false, relations: [], nowMs: client.now() });
}
