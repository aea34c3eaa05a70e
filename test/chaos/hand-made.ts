import type { Attributes, Side } from '../../engine/values.ts';
import type { StoredHint, StoredLink, StoredWrite } from './evidence.ts';
import type { Rest } from './findings.ts';
import { Journal } from './journal.ts';
import { pair, traceField } from './beteiligte/offices.ts';

const watched = {
  master: pair.fields.map(({ attribute }) => attribute.master),
  replica: pair.fields.map(({ attribute }) => attribute.replica),
};

/** A history written by hand: what people typed and Tandem wrote, one line after the other. */
export class HandMade {
  readonly #journal = new Journal(watched);
  readonly #shown = { master: new Map<string, Attributes>(), replica: new Map<string, Attributes>() };

  typed(side: Side, id: string, values: Attributes): this {
    this.#journal.byPerson(() => {
      this.#save(side, id, values);
    });
    return this;
  }

  wrote(side: Side, id: string, values: Attributes): this {
    this.#save(side, id, values);
    return this;
  }

  deleted(side: Side, id: string, by: 'person' | 'tandem' = 'person'): this {
    this.#shown[side].delete(id);
    const save = () => {
      this.#journal.record({ side, id, now: null });
    };
    if (by === 'person') this.#journal.byPerson(save);
    else save();
    return this;
  }

  /** At rest, with what the product has stored about it. */
  rest(stored: Partial<Rest> = {}): Rest {
    return {
      ...{ pair, traceField, links: [], writes: [], hints: [], nowMs: Date.UTC(2031, 4, 6) },
      journal: this.#journal.entries,
      shown: this.#shown,
      ...stored,
    };
  }

  #save(side: Side, id: string, values: Attributes): void {
    const now = { ...this.#shown[side].get(id), ...values };
    this.#shown[side].set(id, now);
    this.#journal.record({ side, id, now });
  }
}

export const link = (more: Partial<StoredLink> = {}): StoredLink => ({
  id: 1,
  pair: pair.name,
  masterId: 'm1',
  replicaId: '17',
  state: 'linked',
  failure: null,
  fieldNotes: {},
  nextAttemptAt: null,
  leaseUntil: null,
  ...more,
});

/** Nobody has looked yet. */
export const hint = (more: Partial<StoredHint> = {}): StoredHint => ({
  ...{ pair: pair.name, side: 'master', recordId: 'm1', trigger: 'webhook', dueAt: new Date(), rungAt: null },
  ...more,
});

export const write = (side: Side, field: string, values: Partial<StoredWrite>): StoredWrite => ({
  linkId: 1,
  pair: pair.name,
  action: 'set',
  side,
  field,
  newValue: null,
  losingValue: null,
  rule: side === 'replica' ? 'only_master_changed' : 'only_replica_changed',
  state: 'written',
  ...values,
});

/** A couple of which both sides show the same name, made as it should be. */
export const couple = (): HandMade =>
  new HandMade().typed('master', 'm1', { lastName: 'Name R1 E1' }).wrote('replica', '17', { name: 'Name R1 E1' });

export const creation = write('replica', 'lastName', { newValue: 'Name R1 E1', rule: 'created' });
