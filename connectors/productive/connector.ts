import type { Attributes, CallContext, FileStore, RemoteRecord } from '../connector.ts';
import { Rejected } from '../errors.ts';
import { type OneAtATime, oneAtATimeHere } from '../one-at-a-time.ts';
import type { SendingConnector } from '../webhook-source.ts';
import { createProductiveClient, type ProductiveAccess, type ProductiveClient } from './client.ts';
import { diagnoseProductive } from './diagnose.ts';
import { createProductiveFeeds } from './feeds.ts';
import { type FileHosts, openFile } from './files.ts';
import { createProductiveListing } from './listing.ts';
import { search } from './search.ts';
import { createTombstones } from './tombstones.ts';
import { callsOfUpload, upload } from './upload.ts';
import { createWebhookRegistrar } from './webhook-registrar.ts';
import { createWebhookSource } from './webhooks.ts';
import { create, type Parts, read, remove, update } from './write.ts';

export interface FileContent {
  readonly name: string;
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
  readonly body: Uint8Array;
}

export interface ProductiveOptions extends ProductiveAccess {
  /** Where files are read, and where they are sent to. */
  readonly filesUrl?: string;
  readonly uploadUrl?: string;
  /** Tells the webhooks of several Tandems on one organization apart. */
  readonly installation?: string;
  /** The file of an attachment that is to be created, by the other system's id of its record; null: it is not there any more. */
  readonly content?: (partnerId: string) => Promise<FileContent | null>;
  /** Among all processes that attach files to records of this organization; missing: this one is alone. */
  readonly oneAtATime?: OneAtATime;
}

/** Productive with what it can do beside reading and writing records. */
export interface ProductiveConnector extends SendingConnector {
  readonly remove: NonNullable<SendingConnector['remove']>;
  readonly list: NonNullable<SendingConnector['list']>;
  readonly webhooks: NonNullable<SendingConnector['webhooks']>;
  readonly feeds: NonNullable<SendingConnector['feeds']>;
  readonly files: FileStore;
}

/**
 * Productive's REST API (v2) as one `Connector`; entities are its JSON:API types. Attributes have the API's names, to-one
 * relationships are `<name>_id`. Nothing here was seen live: what the documents leave open is solved without it, and said
 * where it is.
 */
export function createProductiveConnector(options: ProductiveOptions): ProductiveConnector {
  const client = createProductiveClient(options);
  const parts: Parts = { client, tombstones: createTombstones(client) };
  const registrar = createWebhookRegistrar(client, options.installation ?? 'tandem');
  const files = createFiles(parts, options);
  return {
    system: client.system,
    find: { by: 'keys', attributes: 'any' },
    showsEmptyAttributes: true,
    timeoutMs: client.timeoutMs,
    read: async (entity, id, context) => read(parts, entity, id, context),
    search: async (entity, equal, context) => search(client, entity, equal, context),
    create: async (entity, attributes, context) =>
      entity === 'attachments'
        ? createAttachment({ client, files, content: options.content }, attributes, context)
        : create(parts, entity, attributes, context),
    callsToCreate: (entity) => (entity === 'attachments' ? callsOfUpload : 1),
    update: async (entity, current, changes, context) => update(parts, entity, { current, changes }, context),
    remove: async (entity, id, context) => remove(parts, entity, id, context),
    probe: async (_known, context) => {
      await client.list('/projects', { 'page[size]': '1' }, context, 'check');
    },
    list: createProductiveListing(client),
    feeds: createProductiveFeeds(client),
    files,
    webhooks: registrar,
    webhookSource: createWebhookSource(client),
    diagnose: (needs, context) => diagnoseProductive({ client, registrar }, needs, context),
  };
}

function createFiles(parts: Parts, options: ProductiveOptions): FileStore {
  const { filesUrl, uploadUrl, token, oneAtATime = oneAtATimeHere() } = options;
  const hosts: FileHosts = {
    filesUrl: filesUrl ?? 'https://files.productive.io',
    uploadUrl: uploadUrl ?? 'https://productive-files-production.s3.eu-west-1.amazonaws.com',
    token,
  };
  return {
    open: async (attachment, context) => openFile(parts.client, hosts, attachment, context),
    upload: async (file, target, context) => upload({ ...parts, oneAtATime }, hosts, { file, target }, context),
  };
}

interface AttachmentParts {
  readonly client: ProductiveClient;
  readonly files: FileStore;
  readonly content: ProductiveOptions['content'];
}

/** An attachment is nothing without its file, which no attribute carries. */
async function createAttachment(
  { client, files, content }: AttachmentParts,
  attributes: Attributes,
  context: CallContext,
): Promise<RemoteRecord> {
  const { system } = client;
  const rejected = (reason: string): Rejected => new Rejected(`${system}: ${reason}`, { system, field: null });
  const { partnerId } = context;
  const found = partnerId === undefined ? null : await content?.(partnerId);
  if (found == null) throw rejected('the file is not here any more');
  const { comment_id: commentId, task_id: taskId } = attributes;
  const candidates = [
    { entity: 'comments', id: commentId },
    { entity: 'tasks', id: taskId },
  ];
  const [target] = candidates.flatMap(({ entity, id }) => (typeof id === 'string' ? [{ entity, id }] : []));
  if (target === undefined) throw rejected('a file belongs to a task or a comment');
  const body = new Blob([Uint8Array.from(found.body)]).stream();
  return files.upload({ ...found, body }, target, context);
}
