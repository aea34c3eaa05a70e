import type { Organization } from './organization.ts';
import type { Values } from './resource.ts';
import { resourceOf } from './resources.ts';
import type { SavedChange } from './saved-change.ts';
import type { Webhooks } from './webhooks.ts';

/** "Most, but not all": which ones isn't documented. */
const withActivities = new Set([
  'companies',
  'people',
  'projects',
  'tasks',
  'comments',
  'deals',
  'time_entries',
  'bookings',
  'invoices',
  'expenses',
]);

/** What Productive does on its own once something was written: activities, times, the bin, webhooks. */
export class Consequences {
  readonly #organization: Organization;
  readonly #webhooks: Webhooks;
  #moves = 0;

  constructor(organization: Organization, webhooks: Webhooks) {
    this.#organization = organization;
    this.#webhooks = webhooks;
  }

  of(change: SavedChange): void {
    if (change.kind === 'destroy') this.#throwAway(change);
    if (change.kind === 'recover') this.#takeBack(change);
    if (change.silent || change.type === 'webhooks') return;
    this.#log(change);
    this.#touch(change);
    const { webhooksOfApiWrites, commentFiresTaskUpdate } = this.#organization.unknowns;
    if (change.throughApi && !webhooksOfApiWrites) return;
    this.#webhooks.publish(change);
    if (change.type === 'comments' && commentFiresTaskUpdate) this.#publishTask(change);
  }

  #publishTask({ values, by, throughApi }: SavedChange): void {
    const task = this.#organization.living('tasks', values['task_id']);
    if (task === undefined) return;
    const { id, type } = task;
    this.#webhooks.publish({
      kind: 'update',
      type,
      id,
      values: task.values,
      changed: {},
      by,
      throughApi,
      silent: false,
    });
  }

  #throwAway({ type, id, values, by }: SavedChange): void {
    this.#organization.put('deleted_items', {
      item_id: Number(id),
      item_type: this.#organization.itemTypeOf(type),
      name: nameOf(values),
      private: values['private'] === true,
      created_at: this.#organization.now(),
      deleter_id: by,
    });
  }

  #takeBack({ type, id }: SavedChange): void {
    const entries = this.#organization.table('deleted_items').all();
    const entry = entries.findLast(
      ({ values }) => values['item_id'] === Number(id) && values['item_type'] === this.#organization.itemTypeOf(type),
    );
    if (entry === undefined) return;
    this.#organization.silentUpdate('deleted_items', entry.id, { recovered_at: this.#organization.now() });
  }

  #log(change: SavedChange): void {
    const { type, id, values, by } = change;
    const { attachmentsMakeActivities } = this.#organization.unknowns;
    if (!withActivities.has(type) && !(type === 'attachments' && attachmentsMakeActivities)) return;
    const item = { id: Number(id), type: this.#organization.itemTypeOf(type), name: nameOf(values) };
    const above = this.#above(change) ?? item;
    this.#organization.put('activities', {
      event: change.kind === 'create' || change.kind === 'destroy' ? change.kind : 'update',
      changeset: Object.entries(change.changed).map(([field, pair]) => ({ [this.#spelled(type, field)]: pair })),
      ...{ item_id: item.id, item_type: item.type, item_name: item.name },
      ...{ parent_id: above.id, parent_type: above.type, parent_name: above.name },
      ...{ root_id: above.id, root_type: above.type, root_name: above.name },
      item_deleted_at: change.kind === 'destroy' ? this.#organization.now() : null,
      ...this.#places(change),
      deal_is_budget: values['budget'] === true,
      created_at: this.#organization.now(),
      type: type === 'comments' && change.kind === 'create' ? 1 : 2,
      creator_id: by,
      ...(type === 'comments' && { comment_id: id }),
      ...(type === 'attachments' && { attachment_id: id }),
    });
  }

  /** The task of a comment or an attachment. */
  #above({ type, values }: SavedChange) {
    if (type !== 'comments' && type !== 'attachments') return null;
    const task = this.#organization.find('tasks', values['task_id']);
    if (task === undefined) return null;
    return { id: Number(task.id), type: this.#organization.itemTypeOf('tasks'), name: nameOf(task.values) };
  }

  #places({ type, id, values }: SavedChange): Values {
    const own = { ...values, [`${resourceOf(type).itemType}_id`]: id };
    const names = ['task_id', 'deal_id', 'company_id', 'person_id', 'invoice_id', 'booking_id', 'project_id'] as const;
    const found = Object.fromEntries(names.map((name) => [name, own[name as keyof typeof own] ?? null]));
    const ofTask = this.#organization.find('tasks', found['task_id'])?.values['project_id'];
    const all = { ...found, project_id: found['project_id'] ?? ofTask ?? null };
    return Object.fromEntries(
      Object.entries(all).map(([name, target]) => [name, target === null ? null : Number(target)]),
    );
  }

  /** A move to another list was seen under three names. */
  #spelled(type: string, field: string): string {
    if (type !== 'tasks' || field !== 'task_list_id') return field;
    this.#moves += 1;
    return ['task_list_id', 'milestone_id', 'task_list'][this.#moves % 3] ?? field;
  }

  /** Comments and attachments move the last activity of what they belong to. */
  #touch({ type, values }: SavedChange): void {
    if (type !== 'comments' && type !== 'attachments') return;
    const task = this.#organization.living('tasks', values['task_id']);
    const moves = type === 'attachments' && this.#organization.unknowns.updatedAtMovesOn.attachments;
    this.#organization.touch('tasks', task?.id, ['last_activity_at', ...(moves ? ['updated_at'] : [])]);
    this.#organization.touch('projects', task?.values['project_id'], ['last_activity_at']);
  }
}

const nameOf = (values: Values): string | null => {
  const found = values['title'] ?? values['name'] ?? values['number'] ?? values['last_name'];
  return typeof found === 'string' ? found : null;
};
