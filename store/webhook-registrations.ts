import { and, asc, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { webhookChecks, webhookRegistrations } from './population-tables.ts';

/** A registration that we have made or taken over. */
export interface StoredRegistration {
  readonly id: string;
  /** One of those that it reports to. */
  readonly pair: string;
  readonly event: string;
  readonly url: string;
  readonly madeAt: Date;
  readonly deliveredAt: Date | null;
  /** Null: what it has not reported still has to be looked for. */
  readonly coveredAt: Date | null;
}

/** What the last look at a system's registrations came to. */
export interface WebhookCheck {
  readonly system: string;
  readonly checkedAt: Date | null;
  readonly trouble: string | null;
}

const writtenAtMostEveryMs = 60_000;

/** What we know of our webhooks in the systems: which are ours, when they last reported, whether their gaps are covered. */
export class WebhookRegistrationStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Oldest first. */
  async known(system: string): Promise<readonly StoredRegistration[]> {
    const rows = await this.#db
      .select()
      .from(webhookRegistrations)
      .where(eq(webhookRegistrations.system, system))
      .orderBy(asc(webhookRegistrations.madeAt), asc(webhookRegistrations.remoteId));
    return rows.map(({ remoteId: id, system: _system, ...row }) => ({ id, ...row }));
  }

  async isKnown(system: string, id: string): Promise<boolean> {
    const [row] = await this.#db
      .select({ id: webhookRegistrations.remoteId })
      .from(webhookRegistrations)
      .where(isRegistration(system, id));
    return row !== undefined;
  }

  /** From now on it is ours, and what happened before it worked is not covered. A known one keeps its age. */
  async remember(
    system: string,
    { id: remoteId, ...row }: Pick<StoredRegistration, 'id' | 'pair' | 'event' | 'url'>,
    now: Date,
  ): Promise<void> {
    await this.#db
      .insert(webhookRegistrations)
      .values({ system, remoteId, ...row, madeAt: now })
      .onConflictDoUpdate({
        target: [webhookRegistrations.system, webhookRegistrations.remoteId],
        set: { ...row, coveredAt: null },
      });
  }

  async forget(system: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#db
      .delete(webhookRegistrations)
      .where(and(eq(webhookRegistrations.system, system), inArray(webhookRegistrations.remoteId, [...ids])));
  }

  /** What it had to deliver may have been lost. */
  async uncover(
    system: string,
    { pair, event, url }: Pick<StoredRegistration, 'pair' | 'event' | 'url'>,
  ): Promise<void> {
    const { event: storedEvent, pair: storedPair, url: storedUrl } = webhookRegistrations;
    const isOfEvent = and(eq(storedEvent, event), or(eq(storedPair, pair), eq(storedUrl, url)));
    await this.#db
      .update(webhookRegistrations)
      .set({ coveredAt: null })
      .where(and(eq(webhookRegistrations.system, system), isOfEvent));
  }

  /** What these have not reported is looked for. */
  async covered(system: string, ids: readonly string[], now: Date): Promise<void> {
    if (ids.length === 0) return;
    await this.#db
      .update(webhookRegistrations)
      .set({ coveredAt: now })
      .where(and(eq(webhookRegistrations.system, system), inArray(webhookRegistrations.remoteId, [...ids])));
  }

  /** Something with its signature has come in; one that is not ours is passed over. */
  async delivered(system: string, id: string, now: Date): Promise<void> {
    const { deliveredAt } = webhookRegistrations;
    const isOld = or(isNull(deliveredAt), lt(deliveredAt, new Date(now.getTime() - writtenAtMostEveryMs)));
    await this.#db
      .update(webhookRegistrations)
      .set({ deliveredAt: now })
      .where(and(isRegistration(system, id), isOld));
  }

  /** Lets one keeper at a time look at a system; one that has died is replaced after a while. @returns whether it may */
  async beginCheck(system: string, now: Date, untilMs: number): Promise<boolean> {
    const busyUntil = new Date(now.getTime() + untilMs);
    const taken = await this.#db
      .insert(webhookChecks)
      .values({ system, busyUntil })
      .onConflictDoUpdate({
        target: webhookChecks.system,
        set: { busyUntil },
        setWhere: sql`coalesce(${webhookChecks.busyUntil}, '-infinity') < ${now.toISOString()}::timestamptz`,
      })
      .returning({ system: webhookChecks.system });
    return taken.length > 0;
  }

  /** @param trouble why not all could be put right; null: all is well */
  async endCheck(system: string, trouble: string | null, now: Date): Promise<void> {
    await this.#db
      .update(webhookChecks)
      .set({ checkedAt: now, trouble, busyUntil: null })
      .where(eq(webhookChecks.system, system));
  }

  async lastCheck(system: string): Promise<WebhookCheck> {
    const [row] = await this.#db.select().from(webhookChecks).where(eq(webhookChecks.system, system));
    return { system, checkedAt: row?.checkedAt ?? null, trouble: row?.trouble ?? null };
  }
}

const isRegistration = (system: string, id: string) =>
  and(eq(webhookRegistrations.system, system), eq(webhookRegistrations.remoteId, id));
