import type { CallContext, DiagnosisNeeds, Finding } from '../connector.ts';
import { attempt, judgeClock } from '../diagnosis.ts';
import { type EspoCrmClient, searchQuery } from './client.ts';
import { judgeDefinition, readEntityDefinition } from './entity-definition.ts';
import { readAppUser } from './own-user.ts';
import { refusal } from './refusal.ts';
import { checkWebhooks } from './webhook-subscriptions.ts';

/**
 * Credentials, rights, fields, options, concurrency control, webhooks and clock. Stops at refused credentials: EspoCRM
 * locks an address that tries wrong ones more than ten times a minute. Never throws.
 */
export async function diagnoseEspoCrm(
  client: EspoCrmClient,
  needs: DiagnosisNeeds,
  context: CallContext,
): Promise<readonly Finding[]> {
  const credentials = await attempt('credentials', () => checkCredentials(client, context));
  if (credentials.some(({ level }) => level === 'failure')) return credentials;
  const reading = await attempt('reading', () => checkReading(client, needs.entity, context));
  const definition = await attempt('fields', async () =>
    judgeDefinition(await readEntityDefinition(client, needs.entity, context), needs),
  );
  const webhooks = await attempt('webhooks', () => checkWebhooks(client, needs.webhooks, context));
  return [...credentials, ...reading, ...definition, ...webhooks];
}

async function checkCredentials(client: EspoCrmClient, context: CallContext): Promise<readonly Finding[]> {
  const user = await readAppUser(client, 'check', context);
  return [{ check: 'credentials', level: 'ok', text: `${client.system} knows us as ${user.userName ?? user.id}` }];
}

async function checkReading(client: EspoCrmClient, entity: string, context: CallContext): Promise<readonly Finding[]> {
  const query = searchQuery({ select: ['id'], maxSize: 1 });
  const path = `/${encodeURIComponent(entity)}`;
  const answer = await client.send({ method: 'GET', path, query, purpose: 'check' }, context);
  if (answer.status >= 300) throw refusal(answer, null, client.now());
  return [
    { check: 'reading', level: 'ok', text: `${entity} can be read` },
    judgeClock(client.system, answer.header('date'), client.now()),
  ];
}
