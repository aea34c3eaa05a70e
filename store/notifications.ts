import { and, asc, eq, gt, inArray, isNull, lte, notInArray, or, type SQL, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { replicaKey } from './record-refs.ts';
import { addNotification, type NewNotification } from './notification-rows.ts';
import {
  type DeliveryState,
  links,
  type NotificationChannel,
  notificationDeliveries as deliveries,
  notifications,
} from './schema.ts';

/** A delivery that a sender has taken, and everything that it may tell. */
export interface TakenDelivery extends Omit<NewNotification, 'field' | 'linkId'> {
  readonly id: string;
  readonly channel: NotificationChannel;
  readonly createdAt: Date;
  /** Null: the notification is about no single record. */
  readonly record: { readonly key: string; readonly masterId: string | null } | null;
  /** How often it was taken, this time included. */
  readonly attempt: number;
  /** How many notifications it stands for, itself included. */
  readonly standsFor: number;
}

/** How a channel's deliveries are taken. */
export interface TakeRules {
  readonly channel: NotificationChannel;
  readonly leaseMs: number;
  /** Whether one whose sender has died is taken again. */
  readonly repeatsInterrupted: boolean;
  /** So many of one kind, pair, system and code go out one by one in that time; the rest waits as long and goes out as one. */
  readonly gathering: { readonly most: number; readonly withinMs: number } | null;
  /** Those of these pairs are left alone. */
  readonly exceptPairs?: readonly string[];
}

/** What became of a delivery that was taken. */
export type DeliveryEnd =
  | { readonly kind: 'sent' }
  | { readonly kind: 'again'; readonly at: Date; readonly error: string }
  | { readonly kind: 'in_doubt' | 'undeliverable' | 'off'; readonly error: string };

type Delivery = typeof deliveries.$inferSelect;
type Notification = typeof notifications.$inferSelect;

/** The outbox. Several processes may add, take and settle. */
export class NotificationStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @returns whether it is news: see `addNotification`, which does the same inside a transaction of yours */
  async add(notification: NewNotification, now: Date): Promise<boolean> {
    return this.#db.transaction((tx) => addNotification(tx, notification, now));
  }

  /** Takes the delivery that has been due longest, so that nobody else sends it meanwhile. Null: nothing is due. */
  async take(rules: TakeRules, now: Date): Promise<TakenDelivery | null> {
    return this.#db.transaction(async (tx) => {
      // Counting and taking by two senders at once would send more one by one than allowed.
      if (rules.gathering !== null) await tx.execute(sql`select pg_advisory_xact_lock(hashtext('notifications'))`);
      for (;;) {
        const due = await nextDue(tx, rules, now);
        if (due === undefined) return null;
        const covered = await gather(tx, due, rules, now);
        if (covered === 'held') continue;
        return takenFrom(tx, await claim(tx, due, { standsFor: covered, leaseMs: rules.leaseMs, now }));
      }
    });
  }

  /** Records what became of a delivery, unless its lease ran out and somebody else has taken it since. */
  async settle({ id, channel, attempt }: TakenDelivery, end: DeliveryEnd, now: Date): Promise<void> {
    await this.#db
      .update(deliveries)
      .set({ leaseUntil: null, ...changesOf(end, now) })
      .where(
        and(
          eq(deliveries.notificationId, id),
          eq(deliveries.channel, channel),
          eq(deliveries.state, 'sending'),
          eq(deliveries.attempts, attempt),
        ),
      );
  }

  /** Those whose sender died with the sending unfinished, on a channel that must not repeat. @returns how many */
  async giveUpInterrupted(channel: NotificationChannel, now: Date): Promise<number> {
    const interrupted = await this.#db
      .update(deliveries)
      .set({ state: 'in_doubt', leaseUntil: null, lastError: 'the process that was sending it ended' })
      .where(and(eq(deliveries.channel, channel), isInterrupted(now)))
      .returning({ id: deliveries.notificationId });
    return interrupted.length;
  }

  /** Nothing waits for a channel that is off: switching it on later must not tell old news. */
  async switchOff(channel: NotificationChannel, now: Date): Promise<void> {
    await this.#db
      .update(deliveries)
      .set({ state: 'off', leaseUntil: null })
      .where(and(eq(deliveries.channel, channel), or(eq(deliveries.state, 'due'), isInterrupted(now))));
  }
}

interface Due {
  readonly delivery: Delivery;
  readonly notification: Notification;
}

const isOf = ({ notificationId, channel }: Delivery): SQL | undefined =>
  and(eq(deliveries.notificationId, notificationId), eq(deliveries.channel, channel));

/** Its sender took it and never said what became of it. */
const isInterrupted = (now: Date): SQL | undefined =>
  and(eq(deliveries.state, 'sending'), lte(deliveries.leaseUntil, now));

async function nextDue(tx: Database, rules: TakeRules, now: Date): Promise<Due | undefined> {
  const { channel, repeatsInterrupted, exceptPairs = [] } = rules;
  const isDue = and(eq(deliveries.state, 'due'), lte(deliveries.dueAt, now));
  const [next] = await tx
    .select({ delivery: deliveries, notification: notifications })
    .from(deliveries)
    .innerJoin(notifications, eq(notifications.id, deliveries.notificationId))
    .where(
      and(
        eq(deliveries.channel, channel),
        repeatsInterrupted ? or(isDue, isInterrupted(now)) : isDue,
        or(isNull(notifications.pair), notInArray(notifications.pair, [...exceptPairs])),
      ),
    )
    .orderBy(asc(deliveries.dueAt), asc(notifications.createdAt), asc(notifications.id))
    .limit(1)
    .for('update', { of: deliveries, skipLocked: true });
  return next;
}

/**
 * Whether the delivery goes out now, and for how many it stands. Where too many of its kind went out just now, it and all others
 * that nobody has taken yet wait a while and then go out as one.
 */
async function gather(tx: Database, due: Due, { gathering }: TakeRules, now: Date): Promise<number | 'held'> {
  const { delivery } = due;
  if (gathering === null || delivery.firstTakenAt !== null) return delivery.standsFor;
  const untaken = and(isAlike(tx, due), eq(deliveries.state, 'due'), isNull(deliveries.firstTakenAt));
  if (delivery.heldAt !== null) {
    const others = and(untaken, sql`${deliveries.notificationId} <> ${delivery.notificationId}`);
    const covered = await tx
      .update(deliveries)
      .set({ state: 'summarized' })
      .where(others)
      .returning({ one: sql`1` });
    return covered.length + 1;
  }
  const [recent] = await tx
    .select({ told: sql<number>`coalesce(sum(${deliveries.standsFor}), 0)`.mapWith(Number) })
    .from(deliveries)
    .where(and(isAlike(tx, due), gt(deliveries.firstTakenAt, new Date(now.getTime() - gathering.withinMs))));
  if ((recent?.told ?? 0) < gathering.most) return 1;
  const dueAt = new Date(now.getTime() + gathering.withinMs);
  await tx
    .update(deliveries)
    .set({ heldAt: now, dueAt })
    .where(and(untaken, isNull(deliveries.heldAt)));
  return 'held';
}

/** Of the same channel, about the same thing. */
function isAlike(tx: Database, { delivery, notification: { kind, pair, system, code } }: Due): SQL | undefined {
  const alike = tx
    .select({ id: notifications.id })
    .from(notifications)
    .where(
      and(
        eq(notifications.kind, kind),
        eq(notifications.code, code),
        sql`${notifications.pair} is not distinct from ${pair}`,
        sql`${notifications.system} is not distinct from ${system}`,
      ),
    );
  return and(eq(deliveries.channel, delivery.channel), inArray(deliveries.notificationId, alike));
}

async function claim(
  tx: Database,
  { delivery, notification }: Due,
  { standsFor, leaseMs, now }: { readonly standsFor: number; readonly leaseMs: number; readonly now: Date },
): Promise<Due> {
  const taken = {
    state: 'sending' as const,
    attempts: delivery.attempts + 1,
    firstTakenAt: delivery.firstTakenAt ?? now,
    leaseUntil: new Date(now.getTime() + leaseMs),
    standsFor,
  };
  await tx.update(deliveries).set(taken).where(isOf(delivery));
  return { delivery: { ...delivery, ...taken }, notification };
}

async function takenFrom(tx: Database, { delivery, notification }: Due): Promise<TakenDelivery> {
  const { linkId, field: _field, resolvedAt: _resolvedAt, ...told } = notification;
  const { channel, attempts: attempt, standsFor } = delivery;
  return { ...told, channel, attempt, standsFor, record: linkId === null ? null : await recordOf(tx, linkId) };
}

async function recordOf(tx: Database, linkId: number): Promise<TakenDelivery['record']> {
  const [link] = await tx
    .select({ masterId: links.masterId, replicaId: links.replicaId })
    .from(links)
    .where(eq(links.id, linkId));
  if (link === undefined) return null;
  return { key: link.masterId ?? replicaKey(link.replicaId ?? ''), masterId: link.masterId };
}

function changesOf(end: DeliveryEnd, now: Date): Partial<Delivery> & { readonly state: DeliveryState } {
  switch (end.kind) {
    case 'sent':
      return { state: 'sent', sentAt: now, lastError: null };
    case 'again':
      return { state: 'due', dueAt: end.at, lastError: end.error };
    case 'in_doubt':
    case 'undeliverable':
    case 'off':
      return { state: end.kind, lastError: end.error };
  }
}
