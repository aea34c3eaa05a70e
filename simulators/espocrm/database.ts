import { AddressBook } from './address-book.ts';
import type { EntityDefinition } from './entity-definition.ts';
import { EspoError, invalidField } from './espo-error.ts';
import { espoTime } from './espo-time.ts';
import { acceptedValues } from './field-rules.ts';

export type EspoRecord = Record<string, unknown> & { id: string; deleted: boolean };
export interface EspoUser {
  id: string;
  name: string;
  userName: string;
  kind: 'admin' | 'api' | 'regular';
}

/** What a save tells the webhooks: new values of the attributes that changed. */
export interface SaveEvent {
  entityType: string;
  kind: 'create' | 'update' | 'delete';
  id: string;
  attributes: Record<string, unknown>;
  by: EspoUser;
}

export interface DatabaseOptions {
  definitions: Readonly<Record<string, EntityDefinition>>;
  now: () => Date;
  newId: () => string;
  /** A formula of the administrator's: what it returns is saved along, in the name of the same user. */
  beforeSave?: (
    entityType: string,
    record: Readonly<EspoRecord>,
    changed: Readonly<Record<string, unknown>>,
  ) => Record<string, unknown>;
  onSave: (event: SaveEvent) => void;
}

/** The records of one instance and the rules by which they change. */
export class EspoDatabase {
  readonly #options: DatabaseOptions;
  readonly #records = new Map<string, Map<string, EspoRecord>>();
  readonly #addresses = new AddressBook();

  constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  /** @throws EspoError 404 for an entity that does not exist */
  definition(entityType: string): EntityDefinition {
    const definition = this.#options.definitions[entityType];
    if (definition === undefined) throw new EspoError(404, `Controller '${entityType}' does not exist.`);
    return definition;
  }

  all(entityType: string): EspoRecord[] {
    return [...(this.#records.get(entityType)?.values() ?? [])];
  }

  find(entityType: string, id: string): EspoRecord | undefined {
    return this.#records.get(entityType)?.get(id);
  }

  create(entityType: string, sent: Readonly<Record<string, unknown>>, by: EspoUser): EspoRecord {
    const definition = this.definition(entityType);
    const accepted = acceptedValues(entityType, definition, sent);
    for (const [name, field] of Object.entries(definition.fields)) {
      if (field.type === 'varchar' && field.required === true && accepted[name] === undefined) {
        throw invalidField(entityType, name, 'required');
      }
    }
    const time = espoTime(this.#options.now());
    const record: EspoRecord = {
      id: this.#options.newId(),
      deleted: false,
      ...emptyFields(definition),
      ...this.#addresses.asStored(accepted),
      createdAt: time,
      modifiedAt: time,
      createdById: by.id,
      createdByName: by.name,
      modifiedById: null,
      modifiedByName: null,
      ...(definition.optimisticConcurrencyControl && { versionNumber: 1 }),
    };
    Object.assign(record, this.#options.beforeSave?.(entityType, record, accepted));
    refreshName(definition, record);
    const records = this.#records.get(entityType) ?? new Map<string, EspoRecord>();
    this.#records.set(entityType, records.set(record.id, record));
    this.#options.onSave({ entityType, kind: 'create', id: record.id, attributes: createPayload(record), by });
    return record;
  }

  /** Every save bumps time, author and version, also one that changes nothing (observed on Person types). */
  update(entityType: string, id: string, sent: Readonly<Record<string, unknown>>, by: EspoUser): EspoRecord {
    const record = this.#living(entityType, id);
    const definition = this.definition(entityType);
    const accepted = acceptedValues(entityType, definition, sent);
    const changed = this.#apply(entityType, record, accepted);
    const newAuthor = record['modifiedById'] !== by.id;
    Object.assign(record, {
      modifiedAt: espoTime(this.#options.now()),
      modifiedById: by.id,
      modifiedByName: by.name,
      ...nextVersion(definition, record),
    });
    const author = newAuthor ? { modifiedById: by.id, modifiedByName: by.name } : {};
    if (Object.keys(changed).length > 0 || newAuthor) {
      this.#options.onSave({ entityType, kind: 'update', id, attributes: { ...changed, ...author, id }, by });
    }
    return record;
  }

  /** The CSV import's silent mode: value and version change, time, author and webhooks don't. */
  silentUpdate(entityType: string, id: string, sent: Readonly<Record<string, unknown>>): void {
    const record = this.#living(entityType, id);
    const definition = this.definition(entityType);
    this.#apply(entityType, record, acceptedValues(entityType, definition, sent));
    Object.assign(record, nextVersion(definition, record));
  }

  remove(entityType: string, id: string, by: EspoUser): void {
    const record = this.#living(entityType, id);
    Object.assign(record, { deleted: true, modifiedAt: espoTime(this.#options.now()), modifiedById: by.id });
    this.#options.onSave({ entityType, kind: 'delete', id, attributes: { id }, by });
  }

  /** No webhook, no new time (observed). @throws EspoError 404, 403 for a record that is not deleted */
  restore(entityType: string, id: string): void {
    const record = this.find(entityType, id);
    if (record === undefined) throw new EspoError(404, '');
    if (!record.deleted) throw new EspoError(403, '');
    record.deleted = false;
  }

  #living(entityType: string, id: string): EspoRecord {
    const record = this.find(entityType, id);
    if (record === undefined || record.deleted) throw new EspoError(404, `Record ${id} not found.`);
    return record;
  }

  #apply(entityType: string, record: EspoRecord, accepted: Record<string, unknown>): Record<string, unknown> {
    const stored = this.#addresses.asStored(accepted);
    const formula = this.#options.beforeSave?.(entityType, { ...record, ...stored }, stored) ?? {};
    const changed = Object.fromEntries(
      Object.entries({ ...stored, ...formula }).filter(([name, value]) => record[name] !== value),
    );
    const name = record['name'];
    Object.assign(record, changed);
    refreshName(this.definition(entityType), record);
    if (record['name'] !== name) changed['name'] = record['name'];
    return changed;
  }
}

const emptyFields = (definition: EntityDefinition): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(definition.fields).map(([name, field]): [string, unknown] => {
      if (field.type === 'bool') return [name, false];
      return [name, 'default' in field ? field.default : null];
    }),
  );

const nextVersion = (
  { optimisticConcurrencyControl }: EntityDefinition,
  record: EspoRecord,
): Record<string, unknown> =>
  optimisticConcurrencyControl ? { versionNumber: Number(record['versionNumber'] ?? 0) + 1 } : {};

function refreshName({ type }: EntityDefinition, record: EspoRecord): void {
  if (type !== 'Person') return;
  const parts = [record['firstName'], record['lastName']].filter((part) => typeof part === 'string' && part !== '');
  record['name'] = parts.join(' ');
}

/** A snapshot of what is set at that moment: no nulls. */
const createPayload = (record: EspoRecord): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).filter(([name, value]) => value !== null && name !== 'createdByName'));
