import { z } from 'zod';
import { afterWriting } from '../after-writing.ts';
import type { CallContext, FileToUpload, RemoteRecord } from '../connector.ts';
import { AmbiguousWrite, ConnectorError, RecordFailed, Rejected, Stopped } from '../errors.ts';
import type { OneAtATime } from '../one-at-a-time.ts';
import { pathOf, type ProductiveClient, type Query, writtenBody } from './client.ts';
import { type ResourceObject, resourceObject } from './document.ts';
import { type FileHosts } from './files.ts';
import { resourceOf } from './resources.ts';
import { type Parts, read } from './write.ts';

export interface Target {
  /** `tasks` or `comments`. */
  readonly entity: string;
  readonly id: string;
}

export interface UploadParts extends Parts {
  /** Among all that attach files to records of this organization. */
  readonly oneAtATime: OneAtATime;
}

/** What `upload` asks of the API where nothing is in the way. */
export const callsOfUpload = 5;

/**
 * A file becomes an attachment in four steps (documented): its record, the file itself at the upload host, the place where
 * it lies there, and the owner. Nobody sees anything before the last one; so what is lost earlier is simply tried again.
 * Five calls of the API, and one to the upload host.
 * @throws Rejected, RecordFailed before the last step; AmbiguousWrite from there on
 */
export async function upload(
  parts: UploadParts,
  hosts: FileHosts,
  { file, target }: { readonly file: FileToUpload; readonly target: Target },
  context: CallContext,
): Promise<RemoteRecord> {
  const { client, oneAtATime } = parts;
  const { system } = client;
  if (!['tasks', 'comments'].includes(target.entity))
    throw new Rejected(`${system}: files are attached to tasks and comments only`, { system, field: null });
  const id = await unseen(client, async () => {
    const { id, policy } = await makeRecord(client, { file, target }, context);
    const location = await send({ system, policy, file, uploadUrl: hosts.uploadUrl, context });
    await write(client, { entity: 'attachments', id }, { attributes: { temp_url: location } }, context);
    return id;
  });
  const owner = `attachments of ${system} ${target.entity}/${target.id}`;
  await oneAtATime(owner, () => attach(client, target, id, context));
  const result = await afterWriting(read(parts, 'attachments', id, context));
  if (result.kind === 'found') return result.record;
  throw new AmbiguousWrite(`${system}: the new attachment can't be read`, { system, settleMs: 0 });
}

/** Whatever becomes of these steps, no attachment is to be seen: their fate is never in doubt. */
async function unseen<T>({ system }: ProductiveClient, steps: () => Promise<T>): Promise<T> {
  try {
    return await steps();
  } catch (error) {
    if (error instanceof AmbiguousWrite) throw new RecordFailed(`${error.message}; nothing was attached`, { system });
    throw error;
  }
}

const policyFields = z.record(z.string(), z.union([z.string(), z.number().transform(String)]));

async function makeRecord(
  client: ProductiveClient,
  { file, target }: { readonly file: FileToUpload; readonly target: Target },
  context: CallContext,
): Promise<{ id: string; policy: Readonly<Record<string, string>> }> {
  const { name, contentType, size } = file;
  const attributes = {
    name,
    content_type: contentType,
    size,
    attachable_type: resourceOf(target.entity)?.itemType ?? '',
  };
  const body = writtenBody('attachments', attributes);
  const answer = await client.send({ method: 'POST', path: '/attachments', body, purpose: 'record' }, context);
  const object = client.one(answer, { entity: 'attachments', isQuestion: false });
  const policy = policyFields.safeParse(object.attributes['aws_policy']);
  if (!policy.success) throw answer.lost('the answer does not say where the file belongs');
  return { id: object.id, policy: policy.data };
}

interface Sending {
  readonly system: string;
  readonly policy: Readonly<Record<string, string>>;
  readonly file: FileToUpload;
  readonly uploadUrl: string;
  readonly context: CallContext;
}

/** @returns where the file lies now */
async function send({ system, policy, file, uploadUrl, context: { signal } }: Sending): Promise<string> {
  const form = new FormData();
  for (const [name, value] of Object.entries(policy)) form.append(name, value);
  // The host ignores what follows the file.
  form.append('file', new Blob([await bytesOf(file, system)], { type: file.contentType }), file.name);
  const answer = await sent(uploadUrl, form, { system, signal });
  const location = /<Location>([^<]{1,2000})<\/Location>/.exec(answer)?.[1];
  if (location === undefined)
    throw new RecordFailed(`${system}: the upload host does not say where the file is`, { system });
  return location.replaceAll('&amp;', '&');
}

async function bytesOf({ body, size }: FileToUpload, system: string): Promise<ArrayBuffer> {
  const bytes = await new Response(body).arrayBuffer();
  if (bytes.byteLength === size) return bytes;
  throw new Rejected(`${system}: the file is not as long as it should be`, { system, field: 'size' });
}

const longestUploadMs = 90_000;

async function sent(
  uploadUrl: string,
  form: FormData,
  { system, signal }: { readonly system: string; readonly signal: AbortSignal },
): Promise<string> {
  try {
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(longestUploadMs)]);
    const answer = await fetch(uploadUrl, { method: 'POST', body: form, redirect: 'manual', signal: inTime });
    const text = await answer.text();
    if (answer.status === 201) return text;
    throw new RecordFailed(`${system}: the upload host refused the file (${answer.status})`, { system });
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    if (signal.aborted) throw new Stopped(`${system}: stopped by a deadline or a shutdown`, { system });
    throw new RecordFailed(`${system}: the upload host gave no answer`, { system });
  }
}

interface Writing {
  readonly attributes: Parameters<typeof writtenBody>[1];
  readonly query?: Query;
}

async function write(
  client: ProductiveClient,
  { entity, id }: Target,
  { attributes, query = {} }: Writing,
  context: CallContext,
): Promise<ResourceObject> {
  const body = writtenBody(entity, attributes, id);
  const path = pathOf(client, entity, id);
  const answer = await client.send({ method: 'PATCH', path, query, body, purpose: 'record' }, context);
  return client.one(answer, { entity, isQuestion: false });
}

const attachmentsOf = z.looseObject({
  relationships: z.looseObject({ attachments: z.looseObject({ data: z.array(resourceObject.pick({ id: true })) }) }),
});

/** Null where the answer does not show them. */
function attachedIn(owner: ResourceObject): readonly string[] | null {
  const shown = attachmentsOf.safeParse(owner);
  return shown.success ? shown.data.relationships.attachments.data.map(({ id }) => id) : null;
}

/** Somebody in Productive may change the list between our question and our word; so often it is no accident any more. */
const mostLinkings = 3;
const withAttachments = { include: 'attachments' };

/**
 * All that are there are named with the new one: whether a list of them adds or replaces is not certain. So nobody else
 * may write that list meanwhile.
 */
async function attach(client: ProductiveClient, target: Target, id: string, context: CallContext): Promise<void> {
  for (let linkings = 0; linkings < mostLinkings; linkings += 1) {
    const wanted = new Set([...(await attachedTo(client, target, context)), id]);
    const shown = await link(client, target, wanted, context);
    if (shown === null || [...wanted].every((one) => shown.includes(one))) return;
  }
  const { system } = client;
  throw new AmbiguousWrite(`${system}: the attachments of a record do not become what they should`, {
    system,
    settleMs: 0,
  });
}

async function attachedTo(
  client: ProductiveClient,
  { entity, id }: Target,
  context: CallContext,
): Promise<readonly string[]> {
  const path = pathOf(client, entity, id);
  const answer = await client.send({ method: 'GET', path, query: withAttachments, purpose: 'record' }, context);
  const attached = attachedIn(client.one(answer, { entity, isQuestion: true }));
  if (attached === null) throw answer.lost('the answer does not show what is attached already');
  return attached;
}

/** @returns what the owner has now, as far as the answer shows it */
async function link(
  client: ProductiveClient,
  owner: Target,
  ids: ReadonlySet<string>,
  context: CallContext,
): Promise<readonly string[] | null> {
  const attributes = { attachment_ids: [...ids].map(Number) };
  return attachedIn(await write(client, owner, { attributes, query: withAttachments }, context));
}
