import { z } from 'zod';
import type { CallContext, DiagnosisNeeds, Finding, NeededWebhook } from '../connector.ts';
import { notYetRegistered } from '../diagnosis.ts';
import type { HttpAnswer } from '../http.ts';
import { type EspoCrmClient, searchQuery } from './client.ts';
import { espoId } from './record.ts';
import { webhookRefusal } from './webhook-refusal.ts';

export const subscription = z.looseObject({
  id: espoId,
  event: z.string(),
  url: z.string().nullish(),
  isActive: z.boolean().nullish(),
  skipOwn: z.boolean().nullish(),
  secretKey: z.string().nullish(),
});
export type Subscription = z.infer<typeof subscription>;
const subscriptions = z.object({ list: z.array(subscription) });

/** @throws whatever the client throws; the API user sees its own subscriptions only */
export async function readWebhookSecrets(
  client: EspoCrmClient,
  context: CallContext,
): Promise<ReadonlyMap<string, string>> {
  const all = await readSubscriptions(client, context);
  return new Map(all.flatMap(({ id, secretKey }) => (secretKey ? [[id, secretKey] as const] : [])));
}

/** Whether each needed event is sent once, to the right place. */
export async function checkWebhooks(
  client: EspoCrmClient,
  needs: DiagnosisNeeds['webhooks'],
  context: CallContext,
): Promise<readonly Finding[]> {
  if (needs.length === 0) return [];
  const all = await readSubscriptions(client, context);
  return [...needs.map((need) => ({ check: `webhook ${need.event}`, ...judged(need, all) })), queue];
}

/** Not to be read through the API; figures as observed on 9.2.7 and documented in EspoCRM's Webhooks. */
const queue: Finding = {
  check: 'webhook queue',
  level: 'ok',
  text:
    'as installed it sends at most 20 events each 2 minutes; if that is too little an administrator raises ' +
    'webhookQueueEventPortionSize (500), webhookQueuePortionSize (50) and webhookBatchSize (200) in ' +
    'data/config-internal.php and runs the job Process Webhook Queue each minute (* * * * *)',
};

/** More than the 50 that EspoCRM allows one API user, and no more than one page. */
const everything = 200;

/** @throws Forbidden if the role has no access to webhooks, … */
export async function readSubscriptions(client: EspoCrmClient, context: CallContext): Promise<readonly Subscription[]> {
  const query = searchQuery({ maxSize: everything });
  const answer: HttpAnswer = await client.send({ method: 'GET', path: '/Webhook', query, purpose: 'check' }, context);
  if (answer.status >= 300) throw webhookRefusal(answer, { id: null, url: null, nowMs: client.now() });
  const body = subscriptions.safeParse(answer.json);
  if (!body.success) throw answer.lost('the answer is no list of webhooks');
  return body.data.list;
}

type Judgement = Omit<Finding, 'check'>;

function judged(need: NeededWebhook, all: readonly Subscription[]): Judgement {
  const { event, url, madeWithin } = need;
  const ofEvent = all.filter((candidate) => candidate.event === event);
  const ours = ofEvent.filter((candidate) => candidate.url === url);
  const active = ours.filter(({ isActive }) => isActive === true);
  if (ours.length === 0 && madeWithin !== undefined) return notYetRegistered(need, madeWithin);
  if (ours.length === 0) return notRegistered(event, url, ofEvent.length);
  if (active.length === 0)
    return { level: 'failure', text: `${event} is registered but inactive; \`tandem webhooks --mend\` activates it` };
  if (active.length > 1) {
    return {
      level: 'warning',
      text: `${event} is registered ${active.length} times, so each event comes as often; \`tandem webhooks --mend\` leaves one`,
    };
  }
  return active[0]?.skipOwn === true
    ? { level: 'ok', text: `${event} is registered` }
    : {
        level: 'warning',
        text: `${event} also reports our own writes, at one extra read each; set skipOwn (EspoCRM 9.2 and newer)`,
      };
}

function notRegistered(event: string, url: string, elsewhere: number): Judgement {
  return elsewhere === 0
    ? {
        level: 'failure',
        text: `${event} is not registered by our API user; it belongs at ${url} (\`tandem webhooks --mend\`)`,
      }
    : {
        level: 'failure',
        text: `${event} is registered for another URL only; \`tandem webhooks --mend\` corrects one of ours`,
      };
}
