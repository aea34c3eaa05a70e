import { z } from 'zod';
import { afterWriting } from '../after-writing.ts';
import type { Attributes, CallContext, Connector, ReadResult, RemoteRecord } from '../connector.ts';
import { Misconfigured, Rejected } from '../errors.ts';
import type { SendingConnector } from '../webhook-source.ts';
import { accepted } from './accepted.ts';
import { createEspoCrmClient, type EspoCrmClient, type EspoCrmOptions, searchQuery } from './client.ts';
import { diagnoseEspoCrm } from './diagnose.ts';
import { createEspoCrmListing } from './listing.ts';
import { createOwnUser, readAppUser } from './own-user.ts';
import type { Parts } from './parts.ts';
import { espoId, espoList, espoRecord, toRemoteRecord } from './record.ts';
import { refusal, saysGone } from './refusal.ts';
import { createWebhookRegistrar } from './webhook-registrar.ts';
import { createEspoCrmWebhookSource } from './webhook-source.ts';
import { readWebhookSecrets } from './webhook-subscriptions.ts';

/** EspoCRM with what only EspoCRM has. */
export interface EspoCrmConnector extends SendingConnector {
  readonly remove: NonNullable<Connector['remove']>;
  readonly addNote: NonNullable<Connector['addNote']>;
  readonly webhooks: NonNullable<Connector['webhooks']>;
  /** Secret keys of the webhooks that our API user owns, by webhook id. They stay readable after creation (9.2.7). */
  webhookSecrets(context: CallContext): Promise<ReadonlyMap<string, string>>;
}

/**
 * EspoCRM's REST API as one `Connector`; behaviour as observed on EspoCRM 9.2.7.
 * Rows of `search` lack what EspoCRM leaves out of lists (`emailAddressData`, `phoneNumberData`, the end of long texts).
 * The answer to `create` leaves out attributes that are null.
 */
export function createEspoCrmConnector(options: EspoCrmOptions): EspoCrmConnector {
  const client = createEspoCrmClient(options);
  const parts = { client, ownUser: createOwnUser(client) };
  const { system } = client;
  return {
    system,
    find: { by: 'keys', attributes: 'any' },
    showsEmptyAttributes: true,
    timeoutMs: client.timeoutMs,
    read: async (entity, id, context) => read(parts, pathOf(system, entity, id), id, context),
    search: async (entity, equal, context) => search(parts, entity, equal, context),
    create: async (entity, attributes, context) => create(parts, entity, attributes, context),
    update: async (entity, current, changes, context) =>
      update(parts, pathOf(system, entity, current.id), { current, changes }, context),
    remove: async (entity, id, context) => remove(client, pathOf(system, entity, id), id, context),
    addNote: async (entity, id, text, context) => addNote(client, { entity, id, text }, context),
    probe: async (_known, context) => {
      await readAppUser(client, 'check', context);
    },
    list: createEspoCrmListing(parts, (entity) => pathOf(system, entity)),
    webhooks: createWebhookRegistrar(client),
    webhookSource: createEspoCrmWebhookSource((context) => readWebhookSecrets(client, context)),
    diagnose: (needs, context) => diagnoseEspoCrm(client, needs, context),
    webhookSecrets: (context) => readWebhookSecrets(client, context),
  };
}

/** @throws Misconfigured, Rejected where the name or the id would lead to another address */
function pathOf(system: string, entity: string, id?: string): string {
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(entity))
    throw new Misconfigured(`${system}: no entity has such a name`, { system });
  if (id === undefined) return `/${entity}`;
  if (!espoId.safeParse(id).success)
    throw new Rejected(`${system}: no ${entity} has such an id`, { system, field: 'id' });
  return `/${entity}/${id}`;
}

async function read({ client, ownUser }: Parts, path: string, id: string, context: CallContext): Promise<ReadResult> {
  const answer = await client.send({ method: 'GET', path, purpose: 'record' }, context);
  if (saysGone(answer, id)) return { kind: 'gone' };
  const record = accepted(answer, espoRecord, { id, client });
  // Only an administrator still sees a deleted record.
  if (record.deleted === true) return { kind: 'gone' };
  return { kind: 'found', record: toRemoteRecord(record, await ownUser.id(context)) };
}

async function search({ client, ownUser }: Parts, entity: string, equal: Attributes, context: CallContext) {
  const { system } = client;
  const where = Object.entries(equal).map(([attribute, value]) =>
    value === null ? { type: 'isNull', attribute } : { type: 'equals', attribute, value },
  );
  if (where.length === 0) throw new Misconfigured(`${system}: a search needs at least one attribute`, { system });
  const answer = await client.send(
    {
      method: 'GET',
      path: pathOf(system, entity),
      query: searchQuery({ where, maxSize: 20 }),
      headers: { 'x-no-total': 'true' },
      purpose: 'record',
    },
    context,
  );
  const { list } = accepted(answer, espoList, { id: null, client });
  const ownId = await ownUser.id(context);
  return list.map((record) => toRemoteRecord(record, ownId));
}

async function create(
  { client, ownUser }: Parts,
  entity: string,
  attributes: Attributes,
  context: CallContext,
): Promise<RemoteRecord> {
  const headers = context.despiteDuplicates === true ? { 'x-skip-duplicate-check': 'true' } : {};
  const answer = await client.send(
    { method: 'POST', path: pathOf(client.system, entity), headers, body: attributes, purpose: 'record' },
    context,
  );
  const record = accepted(answer, espoRecord, { id: null, client });
  return toRemoteRecord(record, await ownUser.id(context));
}

interface Update {
  readonly current: RemoteRecord;
  readonly changes: Attributes;
}

async function update(
  parts: Parts,
  path: string,
  { current, changes }: Update,
  context: CallContext,
): Promise<RemoteRecord> {
  const { client, ownUser } = parts;
  const versionNumber = z.int().safeParse(current.raw['versionNumber']);
  const headers = versionNumber.success ? { 'x-version-number': versionNumber.data.toString() } : {};
  const answer = await client.send({ method: 'PUT', path, headers, body: changes, purpose: 'record' }, context);
  const record = accepted(answer, espoRecord, { id: current.id, client });
  if (!Object.keys(changes).some((name) => staleInAnswers.test(name))) {
    return toRemoteRecord(record, await ownUser.id(context));
  }
  return afterWriting(readAgain(parts, path, current.id, context));
}

async function readAgain({ client, ownUser }: Parts, path: string, id: string, context: CallContext) {
  const answer = await client.send({ method: 'GET', path, purpose: 'record' }, context);
  const record = accepted(answer, espoRecord, { id, client });
  return toRemoteRecord(record, await ownUser.id(context));
}

async function remove(client: EspoCrmClient, path: string, id: string, context: CallContext): Promise<void> {
  const answer = await client.send({ method: 'DELETE', path, purpose: 'record' }, context);
  // Deleted before, by a person or by an attempt of ours whose answer was lost.
  if (saysGone(answer, id)) return;
  if (answer.status >= 300) throw refusal(answer, id, client.now());
  if (answer.json !== true) throw answer.lost('the answer does not say that the record is deleted');
}

interface Note {
  readonly entity: string;
  readonly id: string;
  readonly text: string;
}

/**
 * A post in the record's stream, which its followers are told of; neither the record nor a webhook notices (observed on
 * 9.2.7). The API user needs the right to the stream of that record.
 */
async function addNote(client: EspoCrmClient, { entity, id, text }: Note, context: CallContext): Promise<void> {
  pathOf(client.system, entity, id);
  const body = { type: 'Post', post: text, parentType: entity, parentId: id };
  const answer = await client.send({ method: 'POST', path: '/Note', body, purpose: 'record' }, context);
  accepted(answer, espoRecord, { id: null, client });
}

/** Attributes whose sub-objects the answer to a PUT shows as they were before (observed on 9.2.7). */
const staleInAnswers = /^(emailAddress|phoneNumber)/;
