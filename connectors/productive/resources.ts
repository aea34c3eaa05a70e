/** What the connector has to know of a resource type. Sources: Productive's API documentation and specification, 2026. */
export interface ProductiveResource {
  /** How logs, the bin and webhooks call one of them. */
  readonly itemType: string;
  /** To-one relationships that are asked for, and the types of their targets. Shown as `<name>_id`. */
  readonly relations: Readonly<Record<string, string>>;
  /** Attributes that only some sources know of: one that is not shown is empty, not hidden from us. */
  readonly uncertain: readonly string[];
  /** Attributes that are ids of other records, though they come as integers. */
  readonly ids: readonly string[];
  /**
   * The time by which lists can be sorted, newest first; `created_at`: only what is new is seen. Null: by none, or what is
   * new is told by the activities anyway.
   */
  readonly sortedBy: 'updated_at' | 'last_activity_at' | 'created_at' | null;
  /** Attributes of which a change surely moves `updated_at`; of relations, custom fields and files it is not documented. */
  readonly dated: readonly string[];
  /** A sort that never changes, for a walk over all. Null: only the order that Productive itself chooses. */
  readonly fixedSort: 'created_at' | 'id' | null;
  /** The relationship that names who wrote last. */
  readonly author: string | null;
  /**
   * What proves that a record is gone: `bin`, an entry of the recycle bin or of the activity log; `answer`, that the API
   * does not know its id. The bin is documented for tasks, projects and the like, not for what hangs below them.
   */
  readonly goneBy: 'bin' | 'answer';
  /** The filter of the activity log that names this very record. */
  readonly activityFilter: string | null;
  /** Filters by which a creation whose answer was lost is looked for. Null: it isn't created by us. */
  readonly searchFilters: readonly string[] | null;
  /** Whether the API has a DELETE. */
  readonly canDelete: boolean;
}

const resource = (itemType: string, relations: ProductiveResource['relations'] = {}): ProductiveResource => ({
  itemType,
  relations,
  uncertain: [],
  ids: [],
  sortedBy: null,
  dated: [],
  fixedSort: null,
  author: null,
  goneBy: 'bin',
  activityFilter: null,
  searchFilters: null,
  canDelete: true,
});

const activityIds = ['item_id', 'parent_id', 'root_id', 'task_id', 'deal_id', 'company_id', 'person_id'];

/** By JSON:API type. A budget is a deal with `budget: true`. */
const resources: Readonly<Record<string, ProductiveResource>> = {
  companies: {
    ...resource('company'),
    ...{ sortedBy: 'last_activity_at', activityFilter: 'company_id', canDelete: false },
  },
  people: {
    ...resource('person', { company: 'companies' }),
    ...{ activityFilter: 'person_id', canDelete: false },
  },
  workflow_statuses: resource('workflow_status', { workflow: 'workflows' }),
  projects: {
    ...resource('project', { company: 'companies', project_manager: 'people' }),
    ...{ sortedBy: 'last_activity_at', fixedSort: 'created_at', author: 'last_actor', activityFilter: 'project_id' },
  },
  task_lists: resource('task_list', { project: 'projects' }),
  tasks: {
    ...resource('task', {
      project: 'projects',
      task_list: 'task_lists',
      assignee: 'people',
      creator: 'people',
      parent_task: 'tasks',
      workflow_status: 'workflow_statuses',
    }),
    ...{ sortedBy: 'updated_at', fixedSort: 'created_at', author: 'last_actor', activityFilter: 'task_id' },
    dated: ['title', 'description', 'closed', 'closed_at', 'private', 'start_date', 'due_date', 'initial_estimate'],
    searchFilters: ['project_id', 'task_list_id'],
  },
  comments: {
    ...resource('comment', { task: 'tasks', creator: 'people' }),
    ...{ fixedSort: 'created_at', goneBy: 'answer', searchFilters: ['task_id'], uncertain: ['updated_at'] },
  },
  attachments: {
    ...resource('attachment', { task: 'tasks', comment: 'comments', creator: 'people' }),
    // Adding one makes no activity (observed), so the list has to tell.
    ...{ sortedBy: 'created_at', fixedSort: 'id', goneBy: 'answer', searchFilters: ['task_id', 'comment_id'] },
  },
  deals: {
    ...resource('deal', { company: 'companies', project: 'projects' }),
    ...{ sortedBy: 'last_activity_at', activityFilter: 'deal_id' },
  },
  services: resource('service', { deal: 'deals' }),
  time_entries: {
    ...resource('time_entry', { person: 'people', service: 'services', task: 'tasks' }),
    ...{ sortedBy: 'updated_at', author: 'updater', dated: ['note', 'time', 'billable_time', 'date'] },
  },
  bookings: {
    ...resource('booking', { person: 'people', service: 'services' }),
    ...{ sortedBy: 'last_activity_at', activityFilter: 'booking_id' },
  },
  invoices: {
    ...resource('invoice', { company: 'companies' }),
    ...{ sortedBy: 'last_activity_at', activityFilter: 'invoice_id' },
  },
  expenses: { ...resource('expense', { person: 'people', deal: 'deals' }), fixedSort: 'created_at' },
  payments: resource('payment', { invoice: 'invoices' }),
  activities: {
    ...resource('activity', { creator: 'people', comment: 'comments' }),
    ...{ ids: activityIds, goneBy: 'answer', canDelete: false },
  },
};

/** Undefined: no such type is known here. */
export const resourceOf = (entity: string): ProductiveResource | undefined =>
  Object.hasOwn(resources, entity) ? resources[entity] : undefined;

const otherNames: Readonly<Record<string, string>> = {
  workspace: 'projects',
  budget: 'deals',
  milestone: 'task_lists',
};
const entityByItemType: ReadonlyMap<string, string> = new Map([
  ...Object.entries(resources).map(([entity, { itemType }]) => [itemType, entity] as const),
  ...Object.entries(otherNames),
]);

/**
 * The type that a log, the bin or a webhook means: `task`, `Task`, `TimeEntry`, `Workspace` (older word for a project).
 * Null: none that is known here.
 */
export function entityOfItem(itemType: string): string | null {
  const word = itemType.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  return entityByItemType.get(word) ?? (Object.hasOwn(resources, word) ? word : null);
}
