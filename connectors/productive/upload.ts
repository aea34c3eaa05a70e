import { z } from 'zod';
import { afterWriting } from '../after-writing.ts';
import type { CallContext, FileToUpload, RemoteRecord } from '../connector.ts';
import { AmbiguousWrite, ConnectorError, RecordFailed, Rejected, Stopped } from '../errors.ts';
import { pathOf, type ProductiveClient, writtenBody } from './client.ts';
import { resourceObject } from './document.ts';
import { type FileHosts } from './files.ts';
import { resourceOf } from './resources.ts';
import { type Parts, read } from './write.ts';

export interface Target {
  /** `tasks` or `comments`. */
  readonly entity: string;
  readonly id: string;
}

/**
 * A file becomes an attachment in four steps (documented): its record, the file itself at the upload host, the place where
 * it lies there, and the owner. Nobody sees anything before the last one; so what is lost earlier is simply tried again.
 * Six calls of the API, one of them to the upload host.
 * @throws Rejected, RecordFailed before the last step; AmbiguousWrite from there on
 */
export async function upload(
  parts: Parts,
  hosts: FileHosts,
  { file, target }: { readonly file: FileToUpload; readonly target: Target },
  context: CallContext,
): Promise<RemoteRecord> {
  const { client } = parts;
  const { system } = client;
  if (!['tasks', 'comments'].includes(target.entity))
    throw new Rejected(`${system}: files are attached to tasks and comments only`, { system, field: null });
  const id = await unseen(client, async () => {
    const { id, policy } = await makeRecord(client, { file, target }, context);
    const location = await send({ system, policy, file, uploadUrl: hosts.uploadUrl, context });
    await write(client, { entity: 'attachments', id }, { temp_url: location }, context);
    return id;
  });
  await attach(client, target, id, context);
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

async function write(
  client: ProductiveClient,
  { entity, id }: Target,
  attributes: Parameters<typeof writtenBody>[1],
  context: CallContext,
): Promise<void> {
  const body = writtenBody(entity, attributes, id);
  const answer = await client.send(
    { method: 'PATCH', path: pathOf(client, entity, id), body, purpose: 'record' },
    context,
  );
  client.one(answer, { entity, isQuestion: false });
}

const attachmentsOf = z.looseObject({
  relationships: z.looseObject({ attachments: z.looseObject({ data: z.array(resourceObject.pick({ id: true })) }) }),
});

/** All that are there are named with the new one: whether a list of them adds or replaces is not certain. */
async function attach(client: ProductiveClient, target: Target, id: string, context: CallContext): Promise<void> {
  const { entity } = target;
  const path = pathOf(client, entity, target.id);
  const query = { include: 'attachments' };
  const answer = await client.send({ method: 'GET', path, query, purpose: 'record' }, context);
  const owner = attachmentsOf.safeParse(client.one(answer, { entity, isQuestion: true }));
  if (!owner.success) throw answer.lost('the answer does not show what is attached already');
  const ids = owner.data.relationships.attachments.data.map((linked) => linked.id);
  await write(client, target, { attachment_ids: [...ids, id].map(Number) }, context);
}
