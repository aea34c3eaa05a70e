import { type Attributes, type Json } from '../../../engine/values.ts';
import { type Productive, startProductiveSimulator } from '../../../simulators/productive/start-productive.ts';
import type { Author } from '../journal.ts';
import type { ChaosSettings } from '../settings.ts';

/** What people work on. Each is an entity of both systems and a pair. */
export const workedOn = ['tasks', 'comments'] as const;
export type WorkedOn = (typeof workedOn)[number];

/** One save, as its system tells it, with the system's own ids. */
export interface SystemSave {
  readonly entity: WorkedOn;
  readonly id: string;
  readonly by: Author;
  readonly atMs: number;
  /** Null: it is gone. */
  readonly now: Attributes | null;
}

export interface Project {
  readonly id: string;
  readonly lists: readonly string[];
}

/** Productive with an organization to work in. */
export interface Agency {
  readonly productive: Productive;
  readonly companyId: string;
  readonly projects: readonly Project[];
  /** Those that a task of any of the projects may have. */
  readonly statuses: readonly string[];
  /** Every task and comment that was saved, in order. */
  readonly saves: readonly SystemSave[];
  onSave(listener: (save: SystemSave) => void): void;
  /** Comments of a task go with it, and nobody is told of them. */
  remove(entity: WorkedOn, id: string): void;
  /** Out of the bin, with what went into it along. */
  recover(taskId: string): void;
  /** Of a task, those that are in the bin with it too. */
  commentsOf(taskId: string): readonly string[];
}

export async function startAgency(port: number, settings: ChaosSettings): Promise<Agency> {
  const saves: SystemSave[] = [];
  const listeners: ((save: SystemSave) => void)[] = [];
  const record = (save: SystemSave): void => {
    saves.push(save);
    for (const listener of listeners) listener(save);
  };
  const productive = await startProductiveSimulator({
    port,
    faultSeed: settings.seed,
    onSave: ({ type, id, kind, values, throughApi }) => {
      const entity = workedOn.find((name) => name === type);
      if (entity === undefined) return;
      const now = kind === 'destroy' ? null : attributesOf(values);
      record({ entity, id, by: throughApi ? 'tandem' : 'person', atMs: Date.now(), now });
    },
  });
  const commentsOf = (taskId: string): readonly string[] =>
    productive.records('comments').flatMap((comment) => (comment['task_id'] === taskId ? [comment.id] : []));
  /** What happened to comments because of their task is told by nobody. */
  const recordComments = (ids: readonly string[]): void => {
    for (const id of ids) {
      const comment = productive.record('comments', id);
      const now = comment === undefined || comment.deleted ? null : attributesOf(comment);
      record({ entity: 'comments', id, by: 'person', atMs: Date.now(), now });
    }
  };
  const isDeleted = (id: string): boolean => productive.record('comments', id)?.deleted === true;
  return {
    ...{ productive, saves, commentsOf },
    ...furnished(productive),
    onSave: (listener) => {
      listeners.push(listener);
    },
    remove: (entity, id) => {
      const along = entity === 'tasks' ? commentsOf(id).filter((comment) => !isDeleted(comment)) : [];
      productive.remove(entity, id);
      recordComments(along);
    },
    recover: (taskId) => {
      const along = commentsOf(taskId).filter(isDeleted);
      productive.recover('tasks', taskId);
      recordComments(along);
    },
  };
}

function furnished(productive: Productive): Pick<Agency, 'companyId' | 'projects' | 'statuses'> {
  const companyId = productive.create('companies', { name: 'Muster GmbH' }).id;
  const projects = ['Website', 'Shop'].map((name): Project => {
    const manager = productive.persons.anna;
    const values = {
      name,
      project_type_id: 2,
      company_id: companyId,
      project_manager_id: manager,
      workflow_id: '7001',
    };
    const { id } = productive.create('projects', values);
    const lists = ['Backlog', 'Sprint', 'Later'].map(
      (list) => productive.create('task_lists', { name: list, project_id: id }).id,
    );
    // A deletion is believed while another task, and another comment, can be read.
    for (const title of ['Always there', 'As well']) {
      const task = productive.create('tasks', { title, project_id: id, task_list_id: lists[0] });
      productive.create('comments', { body: '<p>Stays</p>', task_id: task.id });
    }
    return { id, lists };
  });
  const all = productive.records('workflow_statuses');
  return { companyId, projects, statuses: all.flatMap((one) => (one['workflow_id'] === '7001' ? [one.id] : [])) };
}

/** Only what a field can be mapped to. */
const attributesOf = (values: Readonly<Record<string, unknown>>): Attributes =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, Json] => isJson(entry[1])));

const isJson = (value: unknown): value is Json => {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return true;
  return typeof value === 'object' && Object.values(value).every(isJson);
};
