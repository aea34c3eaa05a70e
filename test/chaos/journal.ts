import type { Attributes, Json, Side } from '../../engine/values.ts';

export type Author = 'person' | 'tandem';

/** One save in one of the two systems. The journal's order is the order in which things happened. */
export interface Entry {
  readonly side: Side;
  readonly id: string;
  readonly author: Author;
  readonly kind: 'create' | 'update' | 'delete';
  readonly atMs: number;
  /** By the system's own names; only what changed. */
  readonly changes: Readonly<Record<string, Change>>;
}

export interface Change {
  readonly before: Json;
  readonly after: Json;
}

export interface Save {
  readonly side: Side;
  readonly id: string;
  /** What the record shows now; null: it is gone. */
  readonly now: Attributes | null;
  /** Who did it, where it is known. Else it was whoever is at work. */
  readonly by?: Author;
  /** When, where that is not now. */
  readonly atMs?: number;
}

/**
 * Everything that ever happened to any record, whoever did it. People work in this process and finish before anything
 * else happens, so what is saved while nobody works here was saved by a request.
 */
export class Journal {
  readonly entries: Entry[] = [];
  readonly #watched: Readonly<Record<Side, readonly string[]>>;
  readonly #shown = new Map<string, Attributes | null>();
  readonly #listeners: ((entry: Entry) => void)[] = [];
  #author: Author = 'tandem';

  /** @param watched the attributes of each side that count */
  constructor(watched: Readonly<Record<Side, readonly string[]>>) {
    this.#watched = watched;
  }

  byPerson<T>(work: () => T): T {
    this.#author = 'person';
    try {
      return work();
    } finally {
      this.#author = 'tandem';
    }
  }

  onEntry(listener: (entry: Entry) => void): void {
    this.#listeners.push(listener);
  }

  record({ side, id, now, by = this.#author, atMs = Date.now() }: Save): void {
    const key = `${side}/${id}`;
    const known = this.#shown.get(key) ?? null;
    const before = known ?? {};
    this.#shown.set(key, now);
    const changes = Object.fromEntries(
      this.#watched[side].flatMap((name): [string, Change][] => {
        const change = { before: before[name] ?? null, after: now?.[name] ?? null };
        return change.before === change.after ? [] : [[name, change]];
      }),
    );
    const kind = now === null ? 'delete' : known === null ? 'create' : 'update';
    const entry = { side, id, author: by, kind, changes, atMs } as const;
    this.entries.push(entry);
    for (const listener of this.#listeners) listener(entry);
  }
}
