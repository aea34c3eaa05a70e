import { z } from 'zod';
import type { Attributes, CallContext, Json, ReadResult, RemoteRecord } from '../connector.ts';
import { Forbidden, type ConnectorError, Rejected } from '../errors.ts';
import type { HttpAnswer } from '../http.ts';
import {
  allRelations,
  includeOf,
  knownResource,
  pathOf,
  type ProductiveClient,
  type Query,
  writtenBody,
} from './client.ts';
import { instant, toRemoteRecord } from './document.ts';
import { refusal, saysGone } from './refusal.ts';
import type { Tombstones } from './tombstones.ts';

export interface Parts {
  readonly client: ProductiveClient;
  readonly tombstones: Tombstones;
}

const includedIn = (client: ProductiveClient, entity: string): Query =>
  includeOf(allRelations(knownResource(client, entity), client.personId));

/** One call; for an id that is not to be found up to seven more, which look for what says that it was deleted. */
export async function read(
  { client, tombstones }: Parts,
  entity: string,
  id: string,
  context: CallContext,
): Promise<ReadResult> {
  const path = pathOf(client, entity, id);
  const answer = await client.send(
    { method: 'GET', path, query: includedIn(client, entity), purpose: 'record' },
    context,
  );
  if (saysGone(answer)) return absent({ client, tombstones }, { entity, id, answer }, context);
  const object = client.one(answer, { entity, isQuestion: true });
  if (instant(object.attributes['deleted_at']) !== null) return { kind: 'gone' };
  return { kind: 'found', record: toRemoteRecord(object, knownResource(client, entity), client.personId) };
}

interface Absence {
  readonly entity: string;
  readonly id: string;
  readonly answer: HttpAnswer;
}

/** "Not found" is also said of what was merged into another record, or purged, or is kept from us. */
async function absent(
  { client, tombstones }: Parts,
  { entity, id, answer }: Absence,
  context: CallContext,
): Promise<ReadResult> {
  if (knownResource(client, entity).goneBy === 'answer') return { kind: 'gone' };
  if (await tombstones.isBuried(entity, id, context)) return { kind: 'gone' };
  const { system } = client;
  const reason =
    'the record is not to be found, and nothing says that it was deleted: it was merged into another, purged from the ' +
    'recycle bin, or is kept from the person whom the API token belongs to';
  throw new Forbidden(`${system}: ${answer.request}: ${reason}`, { system });
}

/** One call. */
export async function create(
  { client }: Parts,
  entity: string,
  attributes: Attributes,
  context: CallContext,
): Promise<RemoteRecord> {
  const request = {
    method: 'POST',
    path: pathOf(client, entity),
    query: includedIn(client, entity),
    body: writtenBody(entity, attributes),
    purpose: 'record',
  } as const;
  const answer = await client.send(request, context);
  if (saysGone(answer)) throw rejected(answer, 'something that the record belongs to is not to be found');
  const object = client.one(answer, { entity, isQuestion: false });
  return toRemoteRecord(object, knownResource(client, entity), client.personId);
}

const rejected = ({ system, request, status }: HttpAnswer, reason: string): Rejected =>
  new Rejected(`${system}: ${request}: ${reason} (${status})`, { system, field: null });

/** One call; one more where custom fields are written onto a record that was not read in full. */
export async function update(
  parts: Parts,
  entity: string,
  { current, changes }: { readonly current: RemoteRecord; readonly changes: Attributes },
  context: CallContext,
): Promise<RemoteRecord> {
  const { client } = parts;
  const path = pathOf(client, entity, current.id);
  const attributes = await withAllCustomFields(parts, entity, { current, changes }, context);
  const request = {
    method: 'PATCH',
    path,
    query: includedIn(client, entity),
    body: writtenBody(entity, attributes, current.id),
    purpose: 'record',
  } as const;
  const answer = await client.send(request, context);
  const object = client.one(answer, { entity, isQuestion: false });
  return toRemoteRecord(object, knownResource(client, entity), client.personId);
}

const hash = z.record(z.string(), z.json());

/** Productive replaces the whole hash: a value that is not sent is lost (documented, observed). Null takes one out. */
async function withAllCustomFields(
  parts: Parts,
  entity: string,
  { current, changes }: { readonly current: RemoteRecord; readonly changes: Attributes },
  context: CallContext,
): Promise<Attributes> {
  const wanted = hash.safeParse(changes['custom_fields']);
  if (!wanted.success) return changes;
  const known = hash.safeParse(
    current.raw['custom_fields'] ?? (await customFieldsNow(parts, entity, current.id, context)),
  );
  const merged = { ...(known.success ? known.data : {}), ...wanted.data };
  const kept = Object.entries(merged).filter(([, value]) => value !== null);
  return { ...changes, custom_fields: Object.fromEntries(kept) };
}

async function customFieldsNow(parts: Parts, entity: string, id: string, context: CallContext): Promise<Json> {
  const result = await read(parts, entity, id, context);
  return result.kind === 'found' ? (result.record.raw['custom_fields'] ?? {}) : {};
}

/** One call. */
export async function remove({ client }: Parts, entity: string, id: string, context: CallContext): Promise<void> {
  const { system } = client;
  const path = pathOf(client, entity, id);
  if (!knownResource(client, entity).canDelete)
    throw new Forbidden(`${system}: ${entity} can't be deleted there, only archived`, { system });
  const answer = await client.send({ method: 'DELETE', path, purpose: 'record' }, context);
  if (answer.status < 300 || saysGone(answer)) return;
  throw refused(client, answer);
}

const refused = (client: ProductiveClient, answer: HttpAnswer): ConnectorError =>
  refusal(answer, { isQuestion: false, relations: [], nowMs: client.now() });
