import type { CallContext, DiagnosisNeeds, Finding, NeededWebhook, WebhookRegistrar } from '../connector.ts';
import { attempt, judgeClock, notYetRegistered } from '../diagnosis.ts';
import { allRelations, includeOf, knownResource, pathOf, type ProductiveClient } from './client.ts';
import { listDocument, type ResourceObject, toRemoteRecord } from './document.ts';
import { refusal } from './refusal.ts';

interface Parts {
  readonly client: ProductiveClient;
  readonly registrar: WebhookRegistrar;
}

/** Token, organization, rights, attributes, webhooks and clock. Never throws; ends where the token is refused. */
export async function diagnoseProductive(
  parts: Parts,
  needs: DiagnosisNeeds,
  context: CallContext,
): Promise<readonly Finding[]> {
  const { client } = parts;
  const reading = await attempt('token and organization', () => checkReading(client, needs, context));
  if (reading.some(({ check, level }) => check === 'token and organization' && level === 'failure')) return reading;
  const writing = await attempt('writing', () => checkWriting(client, context));
  const webhooks =
    needs.webhooks.length === 0 ? [] : await attempt('webhooks', () => checkWebhooks(parts, needs, context));
  return [...reading, ...writing, ...webhooks];
}

async function checkReading(
  client: ProductiveClient,
  { entity, attributes }: DiagnosisNeeds,
  context: CallContext,
): Promise<readonly Finding[]> {
  const include = includeOf(allRelations(knownResource(client, entity), client.personId));
  const query = { ...include, 'page[size]': '1' };
  const path = pathOf(client, entity);
  const answer = await client.send({ method: 'GET', path, query, purpose: 'check' }, context);
  if (answer.status >= 300) throw refusal(answer, { isQuestion: true, relations: [], nowMs: client.now() });
  const page = listDocument.safeParse(answer.json);
  const ok = { check: 'token and organization', level: 'ok', text: `${client.system} lets us read ${entity}` } as const;
  const [sample] = page.success ? page.data.data : [];
  return [
    ok,
    judgeAttributes(client, entity, attributes, sample),
    judgeClock(client.system, answer.header('date'), client.now()),
  ];
}

/** The API's attributes do change, and a page shows them all. */
function judgeAttributes(
  client: ProductiveClient,
  entity: string,
  needed: readonly string[],
  sample: ResourceObject | undefined,
): Finding {
  const check = 'fields';
  if (sample === undefined)
    return { check, level: 'warning', text: `${entity} has no record yet to see its fields by` };
  const { attributes } = toRemoteRecord(sample, knownResource(client, entity), client.personId);
  const missing = needed.filter((name) => !(name in attributes));
  return missing.length === 0
    ? { check, level: 'ok', text: `${entity} shows all fields that are needed` }
    : {
        check,
        level: 'failure',
        text: `A record of ${entity} does not show ${missing.join(', ')}: the pair stops rather than take it for emptied. The API has changed, or the token's person may not see it`,
      };
}

/** A task without anything: refused for what is missing where we may write, for ourselves where we may not. */
async function checkWriting(client: ProductiveClient, context: CallContext): Promise<readonly Finding[]> {
  return probeWriting(client, '/tasks', context, {
    check: 'writing',
    ok: 'the API token may write',
    advice: 'the API token can only read, or its person may not create tasks; make one that can write',
  });
}

async function checkWebhooks(
  { client, registrar }: Parts,
  { webhooks }: DiagnosisNeeds,
  context: CallContext,
): Promise<readonly Finding[]> {
  const plan = await probeWriting(client, '/webhooks', context, {
    check: 'webhook plan',
    ok: "the organization's plan has webhooks",
    advice:
      "the organization's plan has no webhooks (Ultimate has), or the person may not make them; changes are found by polling",
  });
  const all = await registrar.list(context);
  return [...plan, ...webhooks.map((need) => judgeWebhook(need, all))];
}

type Registrations = Awaited<ReturnType<WebhookRegistrar['list']>>;

function judgeWebhook(need: NeededWebhook, all: Registrations): Finding {
  const { event, url, madeWithin } = need;
  const check = `webhook ${event}`;
  const ours = all.filter((candidate) => candidate.event === event && candidate.url === url);
  if (ours.length === 0 && madeWithin !== undefined) return { check, ...notYetRegistered(need, madeWithin) };
  if (ours.length === 0)
    return {
      check,
      level: 'failure',
      text: `${event} is not registered; it belongs at ${url} (\`tandem webhooks --mend\`)`,
    };
  if (!ours.some(({ isActive }) => isActive)) {
    const text = `${event} was deactivated after failures; \`tandem webhooks --mend\` makes it anew`;
    return { check, level: 'failure', text };
  }
  return ours.length > 1
    ? {
        check,
        level: 'warning',
        text: `${event} is registered ${ours.length} times; \`tandem webhooks --mend\` leaves one`,
      }
    : { check, level: 'ok', text: `${event} is registered` };
}

interface Words {
  readonly check: string;
  readonly ok: string;
  readonly advice: string;
}

async function probeWriting(
  client: ProductiveClient,
  path: string,
  context: CallContext,
  { check, ok, advice }: Words,
): Promise<readonly Finding[]> {
  const body = { data: { type: path.slice(1), attributes: {} } };
  const answer = await client.send({ method: 'POST', path, body, purpose: 'check' }, context);
  if (answer.status === 422) return [{ check, level: 'ok', text: ok }];
  if (answer.status === 403) return [{ check, level: 'failure', text: `${client.system}: ${advice}` }];
  throw refusal(answer, { isQuestion: true, relations: [], nowMs: client.now() });
}
