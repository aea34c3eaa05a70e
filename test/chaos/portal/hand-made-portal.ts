import type { Attributes, Json, PerSide, Side } from '../../../engine/values.ts';
import type { StoredLink, StoredState } from '../evidence.ts';
import type { Rest } from '../findings.ts';
import { link } from '../hand-made.ts';
import type { Author } from '../journal.ts';
import type { SystemSave, WorkedOn } from './agency.ts';
import { pairNamed } from './pairs.ts';
import { restOf } from './rests.ts';

/** A list of each side that belong together, as everybody calls them. */
export const lists = { master: { backlog: '901', sprint: '902' }, replica: { backlog: '11', sprint: '12' } } as const;
const listLinks = [
  link({ id: 71, pair: 'task_lists', masterId: lists.master.backlog, replicaId: lists.replica.backlog }),
  link({ id: 72, pair: 'task_lists', masterId: lists.master.sprint, replicaId: lists.replica.sprint }),
];

export const taskLink = (more: Partial<StoredLink> = {}): StoredLink =>
  link({ pair: 'tasks', masterId: '500', replicaId: '17', ...more });

/** A history of Productive and the portal written by hand, one line after the other. */
export class HandMadePortal {
  readonly #entity: WorkedOn;
  readonly #saves: PerSide<SystemSave[]> = { master: [], replica: [] };
  readonly #shown: PerSide<Map<string, Attributes>> = { master: new Map(), replica: new Map() };
  #atMs = Date.UTC(2031, 4, 5);

  constructor(entity: WorkedOn = 'tasks') {
    this.#entity = entity;
  }

  typed(side: Side, id: string, values: Attributes): this {
    return this.#save('person', side, id, values);
  }

  wrote(side: Side, id: string, values: Attributes): this {
    return this.#save('tandem', side, id, values);
  }

  deleted(side: Side, id: string, by: Author): this {
    this.#shown[side].delete(id);
    this.#saves[side].push({ entity: this.#entity, id, by, atMs: this.#next(), now: null });
    return this;
  }

  get saves(): PerSide<readonly SystemSave[]> {
    return this.#saves;
  }

  /** At rest, with what the product has stored about it. */
  rest({ links = [taskLink()], ...stored }: Partial<StoredState> = {}): Rest {
    const told = { pair: pairNamed(this.#entity), saves: this.#saves, shown: this.#shown };
    return restOf(
      { ...told, traceField: this.#entity === 'tasks' ? 'title' : 'body' },
      { writes: [], hints: [], nowMs: Date.UTC(2031, 4, 6), ...stored, links: [...listLinks, ...links] },
    );
  }

  #save(by: Author, side: Side, id: string, values: Readonly<Record<string, Json>>): this {
    const now = { ...this.#shown[side].get(id), ...values };
    this.#shown[side].set(id, now);
    this.#saves[side].push({ entity: this.#entity, id, by, atMs: this.#next(), now });
    return this;
  }

  #next(): number {
    this.#atMs += 1_000;
    return this.#atMs;
  }
}
