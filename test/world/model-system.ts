import type { PreviewedWrite } from '../../activities/preview.ts';
import type { Attributes, CallContext, Connector, Json, RemoteRecord } from '../../connectors/connector.ts';
import { AmbiguousWrite, RateLimited, Rejected, StaleVersion, Unavailable } from '../../connectors/errors.ts';
import type { Side } from '../../engine/values.ts';

/** How a system behaves. */
export interface SystemTraits {
  /** Refuses a write that was planned from an older version. */
  readonly conditional: boolean;
  readonly searchable: boolean;
  readonly deletes: boolean;
  /** Attributes that it takes without a word and does not store. */
  readonly ignores: readonly string[];
  /** Longest texts, by attribute; what is longer is cut. */
  readonly cuts: Readonly<Record<string, number>>;
  /** A text with this in it is refused. */
  readonly refuses: string;
  /** The attribute that it sets anew at each write, whoever writes. */
  readonly stamps?: string;
  /** A search shows only what we have created ourselves. */
  readonly findsOwn?: boolean;
}

/** `unavailable`, `rate_limited`: nothing happens. `lost`: a write takes effect, but its answer never comes. */
export type Fault = 'unavailable' | 'rate_limited' | 'lost';
export type Author = 'person' | 'tandem';

/** One thing that happened to one attribute, or to the whole record (`attribute` null). */
export interface Change {
  readonly step: number;
  readonly side: Side;
  readonly id: string;
  readonly action: 'create' | 'set' | 'delete' | 'restore';
  readonly attribute: string | null;
  readonly before: Json;
  readonly after: Json;
  readonly author: Author;
  /** The key of the record whose pass did it; null: a person. */
  readonly passOf: string | null;
}

/** One write, as a preview lists it too. */
export type Sent = PreviewedWrite;

/** What the world's systems share: the time, the step, and whose pass is running. */
export interface Clock {
  nowMs: number;
  step: number;
  passOf: string | null;
}

interface Stored {
  attributes: Record<string, Json>;
  version: number;
  modifiedAtMs: number;
  author: Author;
  deleted: boolean;
}

/**
 * A system in memory, with the traits of the real ones: times of whole seconds, ignored and cut values, refusals,
 * answers that get lost. It remembers every change and who made it.
 */
export class ModelSystem {
  readonly side: Side;
  readonly name: string;
  readonly traits: SystemTraits;
  readonly changes: Change[];
  faults: Fault[] = [];
  /** Every write that we sent and that was not refused. */
  readonly sent: Sent[] = [];
  readonly #records = new Map<string, Stored>();
  readonly #clock: Clock;

  constructor(side: Side, name: string, traits: SystemTraits, clock: Clock, changes: Change[]) {
    this.side = side;
    this.name = name;
    this.traits = traits;
    this.changes = changes;
    this.#clock = clock;
  }

  /** Ids in the order of creation, deleted ones included. */
  ids(): string[] {
    return [...this.#records.keys()];
  }

  get(id: string): Readonly<Stored> | undefined {
    return this.#records.get(id);
  }

  isLiving(id: string): boolean {
    return this.#records.get(id)?.deleted === false;
  }

  create(attributes: Attributes, author: Author): string {
    const id = `${this.side[0] ?? ''}${this.#records.size + 1}`;
    this.#records.set(id, { attributes: {}, version: 0, modifiedAtMs: 0, author, deleted: false });
    this.#note(id, { action: 'create', attribute: null, before: null, after: null, author });
    this.#store(id, attributes, author);
    return id;
  }

  set(id: string, attributes: Attributes, author: Author): void {
    if (this.isLiving(id)) this.#store(id, attributes, author);
  }

  remove(id: string, author: Author): void {
    const record = this.#records.get(id);
    if (record === undefined || record.deleted) return;
    record.deleted = true;
    this.#note(id, { action: 'delete', attribute: null, before: null, after: null, author });
  }

  restore(id: string): void {
    const record = this.#records.get(id);
    if (record?.deleted !== true) return;
    record.deleted = false;
    this.#note(id, { action: 'restore', attribute: null, before: null, after: null, author: 'person' });
  }

  connector(): Connector {
    const { name: system, traits } = this;
    return {
      system,
      find: traits.searchable ? { by: 'keys', attributes: 'any' } : { by: 'id' },
      showsEmptyAttributes: false,
      timeoutMs: 1,
      read: async (_entity, id, context) => {
        await this.#call(context, false);
        return this.isLiving(id) ? { kind: 'found', record: this.#remote(id) } : { kind: 'gone' };
      },
      search: async (_entity, equal, context) => {
        await this.#call(context, false);
        const found = this.ids().filter((id) => this.isLiving(id) && this.#isFound(id) && this.#shows(id, equal));
        return found.slice(0, 20).map((id) => this.#remote(id));
      },
      create: async (_entity, attributes, context) =>
        this.#write(context, { action: 'create', attributes }, () => {
          this.#refuse(attributes);
          return this.#remote(this.create(attributes, 'tandem'));
        }),
      update: async (_entity, current, changes, context) =>
        this.#write(context, { action: 'update', attributes: changes }, () => {
          this.#refuse(changes);
          const stored = this.#records.get(current.id);
          if (stored === undefined || stored.deleted) throw new Rejected('no such record', { system, field: null });
          if (traits.conditional && current.version !== String(stored.version))
            throw new StaleVersion('changed meanwhile', { system });
          this.#store(current.id, changes, 'tandem');
          return this.#remote(current.id);
        }),
      list: null,
      remove: traits.deletes
        ? async (_entity, id, context) => {
            await this.#write(context, { action: 'delete', attributes: {} }, () => {
              this.remove(id, 'tandem');
            });
          }
        : null,
      probe: () => Promise.resolve(),
      diagnose: () => Promise.resolve([]),
    };
  }

  async #call(context: CallContext, isWrite: boolean): Promise<Fault | undefined> {
    await context.beforeCall({ system: this.name, purpose: 'record', isWrite });
    const fault = this.faults.shift();
    if (fault === 'unavailable') throw new Unavailable('away', { system: this.name });
    if (fault === 'rate_limited') throw new RateLimited('slower', { system: this.name, retryAfterMs: 1_000 });
    return fault;
  }

  async #write<T>(context: CallContext, sent: Omit<Sent, 'system'>, act: () => T): Promise<T> {
    const fault = await this.#call(context, true);
    const result = act();
    this.sent.push({ system: this.name, ...sent });
    if (fault === 'lost') throw new AmbiguousWrite('no answer', { system: this.name, settleMs: 1_000 });
    return result;
  }

  #refuse(attributes: Attributes): void {
    const { refuses } = this.traits;
    const bad = Object.entries(attributes).find(([, value]) => typeof value === 'string' && value.includes(refuses));
    if (bad !== undefined) throw new Rejected('refused', { system: this.name, field: bad[0] });
  }

  #store(id: string, attributes: Attributes, author: Author): void {
    const record = this.#records.get(id);
    if (record === undefined) return;
    for (const [attribute, given] of Object.entries(attributes)) {
      if (author === 'tandem' && this.traits.ignores.includes(attribute)) continue;
      const after = this.#held(attribute, given);
      const before = record.attributes[attribute] ?? null;
      record.attributes[attribute] = after;
      if (before !== after) this.#note(id, { action: 'set', attribute, before, after, author });
    }
    record.version += 1;
    if (this.traits.stamps !== undefined) record.attributes[this.traits.stamps] = `v${record.version}`;
    record.modifiedAtMs = Math.floor(this.#clock.nowMs / 1_000) * 1_000;
    record.author = author;
  }

  #held(attribute: string, value: Json): Json {
    const longest = this.traits.cuts[attribute];
    if (typeof value !== 'string') return value;
    const trimmed = value.trim();
    return longest === undefined ? trimmed : trimmed.slice(0, longest);
  }

  #isFound(id: string): boolean {
    const isMade = (one: Change): boolean => one.side === this.side && one.id === id && one.action === 'create';
    return this.traits.findsOwn !== true || this.changes.find(isMade)?.author === 'tandem';
  }

  #shows(id: string, equal: Attributes): boolean {
    const attributes = this.#records.get(id)?.attributes ?? {};
    return Object.entries(equal).every(([name, value]) => (attributes[name] ?? null) === value);
  }

  #remote(id: string): RemoteRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw new Error(`no record ${id}`);
    const attributes = { ...record.attributes };
    return {
      id,
      version: String(record.version),
      attributes,
      raw: attributes,
      modifiedAt: new Date(record.modifiedAtMs).toISOString(),
      modifiedByUs: record.author === 'tandem',
    };
  }

  #note(id: string, change: Omit<Change, 'step' | 'side' | 'id' | 'passOf'>): void {
    const passOf = change.author === 'tandem' ? this.#clock.passOf : null;
    this.changes.push({ step: this.#clock.step, side: this.side, id, passOf, ...change });
  }
}
