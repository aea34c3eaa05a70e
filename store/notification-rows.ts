import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { type NotificationChannel, notificationDeliveries, type NotificationKind, notifications } from './schema.ts';

/** Something that somebody should hear of. No text in it may carry a record's values. */
export interface NewNotification {
  readonly kind: NotificationKind;
  readonly pair: string | null;
  /** The record's link; null: it is about no single record. */
  readonly linkId: number | null;
  readonly system: string | null;
  readonly code: string;
  /** The attribute that the failure is about, if the system named one. */
  readonly field: string | null;
  readonly message: string;
}

const channels: readonly NotificationChannel[] = ['note', 'webhook'];

/**
 * Stores a notification for every channel, inside the transaction of what it tells. A record that was given up for the same
 * reason (code, system, field) before, and was not clean since, makes none.
 * @returns whether it is news
 */
export async function addNotification(tx: Database, notification: NewNotification, now: Date): Promise<boolean> {
  const [stored] = await tx
    .insert(notifications)
    .values({ ...notification, createdAt: now })
    .onConflictDoNothing()
    .returning({ id: notifications.id });
  if (stored === undefined) return false;
  const { id: notificationId } = stored;
  await tx.insert(notificationDeliveries).values(channels.map((channel) => ({ notificationId, channel, dueAt: now })));
  return true;
}

/** The record is clean again: the next failure is news, whatever it is. What was not delivered yet still is. */
export async function resolveNotifications(tx: Database, linkId: number, now: Date): Promise<void> {
  await tx
    .update(notifications)
    .set({ resolvedAt: now })
    .where(and(eq(notifications.linkId, linkId), isNull(notifications.resolvedAt)));
}

/** A link becomes part of another one. */
export async function moveNotifications(tx: Database, from: number, to: number, now: Date): Promise<void> {
  await tx
    .update(notifications)
    .set({ linkId: to, resolvedAt: sql`coalesce(${notifications.resolvedAt}, ${now.toISOString()}::timestamptz)` })
    .where(eq(notifications.linkId, from));
}
