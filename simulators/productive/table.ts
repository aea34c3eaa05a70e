import { plain, type StoredRecord } from './resource.ts';

/** The records of one type, in the order of their ids, with an index for each key that somebody has asked for. */
export class Table {
  readonly #records = new Map<string, StoredRecord>();
  readonly #indexes = new Map<string, Map<string, Set<StoredRecord>>>();
  #sorted: StoredRecord[] | null = null;
  #highestId = 0;

  get nextId(): string {
    return String(this.#highestId + 1);
  }

  insert(record: StoredRecord): void {
    this.#records.set(record.id, record);
    this.#highestId = Math.max(this.#highestId, Number(record.id));
    this.#sorted = null;
    for (const [key, index] of this.#indexes) put(index, record, record.values[key]);
  }

  find(id: string): StoredRecord | undefined {
    return this.#records.get(id);
  }

  change(record: StoredRecord, changes: Readonly<Record<string, unknown>>): void {
    for (const [key, index] of this.#indexes) {
      if (!(key in changes)) continue;
      index.get(plain(record.values[key]))?.delete(record);
      put(index, record, changes[key]);
    }
    Object.assign(record.values, changes);
  }

  /** Gone for good. Ids are not given twice. */
  purge(record: StoredRecord): void {
    this.#records.delete(record.id);
    this.#sorted = null;
    for (const [key, index] of this.#indexes) index.get(plain(record.values[key]))?.delete(record);
  }

  /** By id, deleted ones too. */
  all(): readonly StoredRecord[] {
    this.#sorted ??= [...this.#records.values()].sort(byId);
    return this.#sorted;
  }

  /** By id: those that have this under the key, deleted ones too. */
  pointingAt(key: string, id: string): readonly StoredRecord[] {
    let index = this.#indexes.get(key);
    if (index === undefined) {
      index = new Map();
      for (const record of this.#records.values()) put(index, record, record.values[key]);
      this.#indexes.set(key, index);
    }
    return [...(index.get(id) ?? [])].sort(byId);
  }
}

const byId = (left: StoredRecord, right: StoredRecord): number => Number(left.id) - Number(right.id);

function put(index: Map<string, Set<StoredRecord>>, record: StoredRecord, at: unknown): void {
  const key = plain(at);
  const found = index.get(key);
  if (found === undefined) index.set(key, new Set([record]));
  else found.add(record);
}
