import { furnish, persons } from './base-data.ts';
import { generate, type Population } from './data/generate.ts';
import type { Volumes } from './data/volumes.ts';
import { keyOf } from './file-storage.ts';
import type { Instance } from './instance.ts';
import { mergePeople } from './merge-people.ts';
import type { Author, Organization } from './organization.ts';
import type { StoredRecord, Values } from './resource.ts';

/** A copy of a record: its id, attributes (hidden ones too), and related ids under `<relationship>_id`. */
export type RecordCopy = Readonly<Record<string, unknown>> & { readonly id: string; readonly deleted: boolean };

/** People who work in Productive, past the API, its log and its checks, with the same consequences. `by`: a person's id. */
export interface People {
  create(type: string, values: Values, by?: string): RecordCopy;
  update(type: string, id: string, values: Values, by?: string): RecordCopy;
  /** Into the recycle bin. */
  remove(type: string, id: string, by?: string): void;
  archive(type: string, id: string, by?: string): RecordCopy;
  restore(type: string, id: string, by?: string): RecordCopy;
  /** Out of the bin. */
  recover(type: string, id: string, by?: string): RecordCopy;
  /** Gone from the bin too: nothing knows of it any more. */
  purge(type: string, id: string): void;
  /** One person vanishes, everything of theirs belongs to the other. */
  mergePeople(keptId: string, vanishingId: string): RecordCopy;
  /** No webhook, no activity, no time that moves. */
  silentUpdate(type: string, id: string, values: Values): void;
  /** A file on a task, or on a comment of it. */
  attach(
    file: { name: string; contentType: string; body: Buffer },
    to: { taskId: string; commentId?: string },
  ): RecordCopy;
  record(type: string, id: string): RecordCopy | undefined;
  /** Those in the bin too, by id. */
  records(type: string): RecordCopy[];
  /** Tokens get 403 for it, and lists leave it out. */
  forbid(type: string, id: string): void;
  permit(type: string, id: string): void;
  /** Fills the organization as years of work would have; nobody is told. */
  generate(population?: Population): Volumes;
  /** Back to what it was at the start. */
  reset(): void;
}

/** How the people of one simulator work in it. */
export function peopleOf(instance: Instance): People {
  const { organization, forbidden } = instance;
  return {
    ...workOf(organization),
    ...binOf(organization),
    attach: (file, to) => attach(instance, file, to),
    record: (type, id) => {
      const found = organization.find(type, id);
      return found === undefined ? undefined : copyOf(found);
    },
    records: (type) => organization.table(type).all().map(copyOf),
    forbid: (type, id) => {
      forbidden.add(`${type}/${id}`);
    },
    permit: (type, id) => {
      forbidden.delete(`${type}/${id}`);
    },
    generate: (population) => generate(organization, population),
    reset: () => {
      organization.empty();
      furnish(organization);
      forbidden.clear();
      instance.webhooks.clear();
      instance.requests.clear();
      instance.limits.reset();
    },
  };
}

type Work = 'create' | 'update' | 'archive' | 'restore' | 'silentUpdate' | 'mergePeople';
const { anna } = persons;
const author = (personId: string): Author => ({ personId, throughApi: false });

function workOf(organization: Organization): Pick<People, Work> {
  const archived = (type: string, id: string, at: string | null, by: string) =>
    copyOf(organization.update(type, id, { archived_at: at }, author(by), at === null ? 'restore' : 'archive'));
  return {
    create: (type, values, by = anna) => copyOf(organization.create(type, values, author(by))),
    update: (type, id, values, by = anna) => copyOf(organization.update(type, id, values, author(by))),
    archive: (type, id, by = anna) => archived(type, id, organization.now(), by),
    restore: (type, id, by = anna) => archived(type, id, null, by),
    silentUpdate: (type, id, values) => {
      organization.silentUpdate(type, id, values);
    },
    mergePeople: (keptId, vanishingId) => copyOf(mergePeople(organization, keptId, vanishingId)),
  };
}

function binOf(organization: Organization): Pick<People, 'remove' | 'recover' | 'purge'> {
  return {
    remove: (type, id, by = anna) => {
      organization.remove(type, id, author(by));
    },
    recover: (type, id, by = anna) => copyOf(organization.recover(type, id, author(by))),
    purge: (type, id) => {
      const itemType = organization.itemTypeOf(type);
      const entries = organization.table('deleted_items').all();
      const own = entries.filter(({ values }) => values['item_id'] === Number(id) && values['item_type'] === itemType);
      for (const entry of own) organization.purge('deleted_items', entry.id);
      organization.purge(type, id);
    },
  };
}

function attach(
  { organization, files }: Instance,
  { name, contentType, body }: Parameters<People['attach']>[0],
  { taskId, commentId }: Parameters<People['attach']>[1],
): RecordCopy {
  const url = `${organization.origin}/files/${keyOf(organization.table('attachments').nextId, name)}`;
  const owners = { task_id: taskId, comment_id: commentId ?? null };
  const own = { name, content_type: contentType, size: body.length, url, ...owners };
  const type = commentId === undefined ? 'task' : 'comment';
  const record = organization.create('attachments', { ...own, attachable_type: type }, author(anna));
  files.put(record.id, { contentType, body });
  return copyOf(record);
}

const copyOf = ({ id, deleted, values }: StoredRecord): RecordCopy => ({ id, deleted, ...structuredClone(values) });
