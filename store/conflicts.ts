import { and, asc, eq, gt, inArray, isNull, type SQL } from 'drizzle-orm';
import type { Resolution } from '../engine/resolution.ts';
import type { Conflict } from './conflict-rows.ts';
import type { Database } from './database.ts';
import { HintStore } from './hints.ts';
import type { Hint, RecordRef } from './record-refs.ts';
import { refOfLink } from './records.ts';
import { conflicts, type ConflictState, links } from './schema.ts';

/** A conflict with the ids of its couple. */
export interface ConflictOfCouple {
  readonly conflict: Conflict;
  readonly masterId: string | null;
  readonly replicaId: string | null;
}

export interface ConflictFilter {
  readonly pair?: string | undefined;
  readonly field?: string | undefined;
  readonly ids?: readonly number[] | undefined;
  readonly states: readonly ConflictState[];
}

/** What people ask and decide about open conflicts. */
export class ConflictStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** In the order of their opening, after the given one. */
  async list(filter: ConflictFilter, page: { limit: number; after: number }): Promise<readonly ConflictOfCouple[]> {
    return this.#db
      .select({ conflict: conflicts, masterId: links.masterId, replicaId: links.replicaId })
      .from(conflicts)
      .innerJoin(links, eq(links.id, conflicts.linkId))
      .where(and(gt(conflicts.id, page.after), ...matching(filter)))
      .orderBy(asc(conflicts.id))
      .limit(page.limit);
  }

  async count(filter: ConflictFilter): Promise<number> {
    return this.#db.$count(conflicts, and(...matching(filter)));
  }

  /**
   * Stores a person's decision for every open or decided conflict that matches, and the hints that have it carried out,
   * in one transaction. The next pass of each does so if both sides still show the values that were decided about.
   * @returns what was decided, and the records whose workflow must be told
   */
  async decide(
    filter: Omit<ConflictFilter, 'states'>,
    { resolution, by, now }: { resolution: Resolution; by: string; now: Date },
  ): Promise<{ readonly decided: readonly ConflictOfCouple[]; readonly toRing: readonly RecordRef[] }> {
    return this.#db.transaction(async (tx) => {
      const changed = await tx
        .update(conflicts)
        .set({ state: 'decided', resolution, decidedBy: by, decidedAt: now })
        .where(and(isNull(conflicts.closedAt), ...matching({ ...filter, states: ['open', 'decided'] })))
        .returning({ id: conflicts.id });
      const ids = changed.map(({ id }) => id);
      const decided = await new ConflictStore(tx).list({ ids, states: ['decided'] }, { limit: ids.length, after: 0 });
      const looks = decided.map(({ conflict: { pair }, masterId, replicaId }): Hint => ({
        ...refOfLink({ pair, masterId, replicaId }),
        trigger: 'person',
      }));
      return { decided, toRing: await new HintStore(tx).add(looks, now) };
    });
  }
}

function matching({ pair, field, ids, states }: ConflictFilter): (SQL | undefined)[] {
  return [
    inArray(conflicts.state, [...states]),
    pair === undefined ? undefined : eq(conflicts.pair, pair),
    field === undefined ? undefined : eq(conflicts.field, field),
    ids === undefined ? undefined : inArray(conflicts.id, [...ids]),
  ];
}
