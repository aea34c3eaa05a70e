import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { type DefinitionText, isSameDefinition } from '../engine/definition-text.ts';
import type { PairDefinition } from '../engine/pair.ts';
import type { Database } from './database.ts';
import { addNotification, type NewNotification } from './notification-rows.ts';
import { hints, links, pairs } from './schema.ts';

export interface PairStop {
  readonly since: Date;
  readonly reason: string;
}

/** A definition that has changed and that nobody has accepted yet. */
export interface OfferedDefinition {
  readonly since: Date;
  readonly accepted: DefinitionText;
  readonly offered: DefinitionText;
}

export interface PairState {
  readonly stop: PairStop | null;
  readonly offered: OfferedDefinition | null;
  /** Since when removals wait for a person. */
  readonly removalsHeldAt: Date | null;
}

/** Stopping a pair and letting it go on: by hand, because its definition changed, or because it would remove too much. */
export class PairStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async state(pair: string): Promise<PairState> {
    const [row] = await this.#db.select().from(pairs).where(eq(pairs.name, pair));
    if (row === undefined) return { stop: null, offered: null, removalsHeldAt: null };
    const { pausedAt, pausedReason, definition, offered, offeredAt, removalsHeldAt } = row;
    return {
      stop: pausedAt === null ? null : { since: pausedAt, reason: pausedReason ?? '' },
      offered:
        definition === null || offered === null || offeredAt === null
          ? null
          : { since: offeredAt, accepted: definition, offered },
      removalsHeldAt,
    };
  }

  /** Hints go on being stored; nothing is written to either system. */
  async pause(pair: string, reason: string, now: Date): Promise<void> {
    await this.#set(pair, { pausedAt: now, pausedReason: reason });
  }

  /** As `pause`, because going on could do damage: told once. A pair that is paused already stays as it is. */
  async stop(pair: string, notification: NewNotification, now: Date): Promise<void> {
    await this.#db.transaction(async (tx) => {
      await tx.insert(pairs).values({ name: pair }).onConflictDoNothing();
      const stopped = await tx
        .update(pairs)
        .set({ pausedAt: now, pausedReason: notification.message })
        .where(and(eq(pairs.name, pair), isNull(pairs.pausedAt)))
        .returning({ name: pairs.name });
      if (stopped.length > 0) await addNotification(tx, notification, now);
    });
  }

  /** Everything that was hinted meanwhile is rung by the next sweep. */
  async resume(pair: string): Promise<void> {
    await this.#db.transaction(async (tx) => {
      await tx.update(pairs).set({ pausedAt: null, pausedReason: null }).where(eq(pairs.name, pair));
      await freeHints(tx, pair);
    });
  }

  /**
   * Says how the pair is defined by now. The first definition, and any while the pair has no couple yet, is accepted at
   * once; another one is only offered: until somebody accepts it no pass writes anything.
   * @returns whether the pair may write
   */
  async introduce(
    { name: pair, title }: Pick<PairDefinition, 'name' | 'title'>,
    definition: DefinitionText,
    now: Date,
  ): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      const systems = { masterSystem: title.master.system, replicaSystem: title.replica.system };
      await tx
        .insert(pairs)
        .values({ name: pair, ...systems })
        .onConflictDoUpdate({ target: pairs.name, set: systems });
      const [row] = await tx.select().from(pairs).where(eq(pairs.name, pair)).for('update');
      const accepted = row?.definition ?? null;
      const isSame = accepted !== null && isSameDefinition(accepted, definition);
      const isAccepted = isSame || accepted === null || (await isEmpty(tx, pair));
      await tx
        .update(pairs)
        .set(
          isAccepted
            ? { definition, offered: null, offeredAt: null }
            : { offered: definition, offeredAt: row?.offeredAt ?? now },
        )
        .where(eq(pairs.name, pair));
      return isAccepted;
    });
  }

  /** The offered definition becomes the accepted one. @returns whether there was one */
  async accept(pair: string): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      const accepted = await tx
        .update(pairs)
        .set({ definition: sql`${pairs.offered}`, offered: null, offeredAt: null })
        .where(and(eq(pairs.name, pair), isNotNull(pairs.offered)))
        .returning({ name: pairs.name });
      if (accepted.length > 0) await freeHints(tx, pair);
      return accepted.length > 0;
    });
  }

  /** Removals may go on; those of before do not count any more. */
  async releaseRemovals(pair: string, now: Date): Promise<void> {
    await this.#set(pair, { removalsHeldAt: null, removalsCountedFrom: now });
  }

  async #set(pair: string, changes: Partial<typeof pairs.$inferInsert>): Promise<void> {
    await this.#db
      .insert(pairs)
      .values({ name: pair, ...changes })
      .onConflictDoUpdate({ target: pairs.name, set: changes });
  }
}

/** The next sweep rings them all. */
async function freeHints(tx: Database, pair: string): Promise<void> {
  await tx.update(hints).set({ rungAt: null }).where(eq(hints.pair, pair));
}

async function isEmpty(tx: Database, pair: string): Promise<boolean> {
  const [row] = await tx.select({ id: links.id }).from(links).where(eq(links.pair, pair)).limit(1);
  return row === undefined;
}
