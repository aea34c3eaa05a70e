import type { ChangeKind, SavedChange } from './saved-change.ts';
import type { Unknowns } from './unknowns.ts';
import { ProductiveTime } from './productive-time.ts';
import { recordNotFound } from './productive-error.ts';
import { resourceOf, resources } from './resources.ts';
import type { Resource, StoredRecord, Values } from './resource.ts';
import { Table } from './table.ts';

export interface Author {
  readonly personId: string;
  readonly throughApi: boolean;
}

export interface OrganizationOptions {
  readonly id: string;
  readonly now: () => Date;
  readonly utcOffset: string;
  readonly unknowns: Unknowns;
  /** Told after it was stored. */
  readonly onChange: (change: SavedChange) => void;
}

/** All that one customer has in Productive, and what happens in there when something is written. */
export class Organization {
  readonly id: string;
  readonly time: ProductiveTime;
  /** Where links to files point at; known once the simulator listens. */
  origin = '';
  readonly unknowns: Unknowns;
  readonly #now: () => Date;
  readonly #onChange: (change: SavedChange) => void;
  #tables = new Map<string, Table>();
  readonly #templates = new Map([...resources].map(([type, resource]) => [type, templateOf(resource)]));
  /** Grows with everything that is stored. */
  revision = 0;

  constructor({ id, now, utcOffset, unknowns, onChange }: OrganizationOptions) {
    this.id = id;
    this.time = new ProductiveTime(utcOffset);
    this.unknowns = unknowns;
    this.#now = now;
    this.#onChange = onChange;
    this.empty();
  }

  empty(): void {
    this.#tables = new Map([...resources.keys()].map((type) => [type, new Table()]));
    this.revision += 1;
  }

  now(): string {
    return this.time.text(this.#now());
  }

  /** @throws UnknownResource */
  table(type: string): Table {
    return this.#tables.get(resourceOf(type).type) ?? new Table();
  }

  /** Also one in the bin. */
  find(type: string, id: unknown): StoredRecord | undefined {
    return typeof id === 'string' ? this.table(type).find(id) : undefined;
  }

  living(type: string, id: unknown): StoredRecord | undefined {
    const found = this.find(type, id);
    return found === undefined || found.deleted ? undefined : found;
  }

  /** @throws ProductiveError 404 */
  existing(type: string, id: string): StoredRecord {
    const found = this.living(type, id);
    if (found === undefined) throw recordNotFound();
    return found;
  }

  /** Stores a record as it is, and tells nobody. */
  put(type: string, values: Values, id = this.table(type).nextId): StoredRecord {
    const own = { ...this.#templates.get(resourceOf(type).type), ...values, organization_id: this.id };
    const record = { type, id, deleted: false, values: own };
    this.table(type).insert(record);
    this.revision += 1;
    return record;
  }

  create(type: string, sent: Values, by: Author): StoredRecord {
    const now = this.now();
    const times = { created_at: now, updated_at: now, last_activity_at: now };
    const known = Object.entries(times).filter(([name]) => name in resourceOf(type).attributes);
    const values = { ...this.#authors(type, by, true), ...this.#numbered(type, sent), ...Object.fromEntries(known) };
    const record = this.put(type, { ...values, ...this.#derived(type, values) });
    this.#tell(record, 'create', {}, by);
    return record;
  }

  /** What equals the stored value is no change; if all does, nothing happens. */
  update(type: string, id: string, sent: Values, by: Author, kind: ChangeKind = 'update'): StoredRecord {
    const record = this.existing(type, id);
    const changes = differing(record.values, { ...sent, ...this.#derived(type, sent, record.values) });
    if (Object.keys(changes).length === 0) return record;
    const changed = pairsOf(record.values, changes);
    this.#write(record, {
      ...changes,
      ...this.#authors(type, by, false),
      ...this.#moved(record, Object.keys(changes)),
    });
    this.#tell(record, kind, changed, by);
    return record;
  }

  /** What nobody is told of: an import, a script of the vendor. */
  silentUpdate(type: string, id: string, values: Values): void {
    const record = this.existing(type, id);
    const changed = pairsOf(record.values, differing(record.values, values));
    this.#write(record, values);
    this.#tell(record, 'update', changed, { personId: '', throughApi: false }, true);
  }

  /** Into the bin, with what hangs below it. */
  remove(type: string, id: string, by: Author): void {
    const record = this.existing(type, id);
    this.#bury(record);
    this.#tell(record, 'destroy', {}, by);
    for (const child of this.#below(record)) {
      // A task hangs below its list and below its project.
      if (child.deleted) continue;
      if (this.unknowns.cascade === 'each') this.remove(child.type, child.id, by);
      else this.#buryAll(child);
    }
  }

  /** Out of the bin, with what went into it along. @throws ProductiveError 404 */
  recover(type: string, id: string, by: Author): StoredRecord {
    const record = this.find(type, id);
    if (record?.deleted !== true) throw recordNotFound();
    this.#raise(record);
    this.#tell(record, 'recover', {}, by, !this.unknowns.restoreIsTold);
    return record;
  }

  /** Out of the world: neither the bin nor anything else knows of it. */
  purge(type: string, id: string): void {
    const record = this.find(type, id);
    if (record === undefined) return;
    this.table(type).purge(record);
    this.revision += 1;
  }

  /** Nobody is told, whoever listens to saves neither. */
  touchQuietly(record: StoredRecord, values: Values): void {
    this.#write(record, values);
  }

  /** Undefined for a name that logs and bins don't use. */
  typeOf(itemType: string): string | undefined {
    return [...resources.values()].find((one) => this.itemTypeOf(one.type) === itemType)?.type;
  }

  /** How logs, bins and webhooks call a record of the type. */
  itemTypeOf(type: string): string {
    const { itemType } = resourceOf(type);
    return this.unknowns.itemTypes === 'old' ? (oldItemTypes[itemType] ?? itemType) : itemType;
  }

  touch(type: string, id: unknown, names: readonly string[]): void {
    const record = this.living(type, id);
    if (record === undefined) return;
    const known = names.filter((name) => name in record.values);
    this.#write(record, Object.fromEntries(known.map((name) => [name, this.now()])));
  }

  #write(record: StoredRecord, changes: Values): void {
    this.table(record.type).change(record, changes);
    this.revision += 1;
  }

  #bury(record: StoredRecord): void {
    record.deleted = true;
    this.#write(record, 'deleted_at' in record.values ? { deleted_at: this.now() } : {});
  }

  #buryAll(record: StoredRecord): void {
    this.#bury(record);
    for (const child of this.#below(record)) this.#buryAll(child);
  }

  #raise(record: StoredRecord): void {
    record.deleted = false;
    this.#write(record, 'deleted_at' in record.values ? { deleted_at: null } : {});
    for (const child of this.#below(record, true)) this.#raise(child);
  }

  #below({ type, id }: StoredRecord, deleted = false): readonly StoredRecord[] {
    return (children[type] ?? [])
      .flatMap(([childType, key]) => this.table(childType).pointingAt(key, id))
      .filter((child) => child.deleted === deleted);
  }

  #authors(type: string, { personId }: Author, isNew: boolean): Values {
    const { relationships } = resourceOf(type);
    return {
      ...(isNew && 'creator' in relationships && { creator_id: personId }),
      ...('last_actor' in relationships && { last_actor_id: personId }),
      ...('updater' in relationships && { updater_id: personId }),
    };
  }

  /** What a new record gets beside what was sent: its number, and a task the first status of its project's workflow. */
  #numbered(type: string, sent: Values): Values {
    const { attributes } = resourceOf(type);
    if (type !== 'tasks') return 'number' in attributes ? { number: this.table(type).nextId, ...sent } : sent;
    const project = this.find('projects', sent['project_id']);
    const number = String(this.table('tasks').pointingAt('project_id', project?.id ?? '').length + 1);
    const workflow = project?.values['workflow_id'];
    const statuses =
      typeof workflow === 'string' ? this.table('workflow_statuses').pointingAt('workflow_id', workflow) : [];
    return { number, task_number: number, workflow_status_id: statuses[0]?.id ?? null, ...sent };
  }

  /** What Productive sets because of what was sent. */
  #derived(type: string, sent: Values, stored: Values = {}): Values {
    if (type !== 'tasks') return {};
    const category = this.find('workflow_statuses', sent['workflow_status_id'])?.values['category_id'];
    const byStatus = this.unknowns.statusClosesTask && category !== undefined ? category === 3 : undefined;
    const closed = sent['closed'] ?? byStatus ?? stored['closed'] ?? false;
    if (closed === (stored['closed'] ?? false)) return {};
    return { closed, closed_at: closed === true ? this.now() : null };
  }

  #moved({ values }: StoredRecord, changed: readonly string[]): Values {
    const { updatedAtMovesOn: on, lastActivityMovesOnEdit: byEdit } = this.unknowns;
    const moves = changed.some((name) =>
      name === 'custom_fields' ? on.customFields : name.endsWith('_id') && !isPlainId(name) ? on.relations : true,
    );
    return {
      ...('updated_at' in values && moves && { updated_at: this.now() }),
      ...('last_activity_at' in values && byEdit && { last_activity_at: this.now() }),
    };
  }

  #tell(record: StoredRecord, kind: ChangeKind, changed: SavedChange['changed'], by: Author, silent = false): void {
    const { type, id, values } = record;
    this.#onChange({ kind, type, id, values, changed, by: by.personId, throughApi: by.throughApi, silent });
  }
}

/** What goes with a record that is deleted: type, and the key that points at it. */
const children: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  projects: [
    ['task_lists', 'project_id'],
    ['tasks', 'project_id'],
  ],
  task_lists: [['tasks', 'task_list_id']],
  tasks: [
    ['comments', 'task_id'],
    ['attachments', 'task_id'],
  ],
  comments: [['attachments', 'comment_id']],
};

/** Of older answers. */
const oldItemTypes: Readonly<Record<string, string>> = { project: 'Workspace', task: 'Task', deal: 'Deal' };

/** Integer codes whose names end as those of references. */
const isPlainId = (name: string): boolean => /^(type|hrm_type|project_type|deal_type|category|role)_id$/.test(name);

function templateOf({ attributes, relationships }: Resource): Values {
  const own = Object.entries(attributes).map(([name, { initial }]) => [name, initial]);
  const keys = Object.entries(relationships).flatMap(([name, { kind }]) =>
    kind === 'one' ? [[`${name}_id`, null]] : [],
  );
  return Object.fromEntries([...own, ...keys]) as Values;
}

const differing = (stored: Values, sent: Values): Values =>
  Object.fromEntries(
    Object.entries(sent).filter(([name, value]) => JSON.stringify(stored[name]) !== JSON.stringify(value)),
  );

const pairsOf = (stored: Values, changes: Values): SavedChange['changed'] =>
  Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, [stored[name], value] as const]));
