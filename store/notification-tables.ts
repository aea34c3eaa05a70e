import { sql } from 'drizzle-orm';
import { bigint, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { time } from './column-types.ts';
import { links } from './link-table.ts';

export type NotificationKind = 'permanently_failed' | 'circuit_opened' | 'circuit_closed' | 'pair_stopped';

/** What somebody should hear of, stored together with what it tells. Texts are those of the record: no values. */
export const notifications = pgTable(
  'notifications',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    kind: text('kind').$type<NotificationKind>().notNull(),
    pair: text('pair'),
    linkId: bigint('link_id', { mode: 'number' }).references(() => links.id),
    system: text('system'),
    code: text('code').notNull(),
    /** The system's attribute that the failure is about, if it named one. */
    field: text('field'),
    message: text('message').notNull(),
    createdAt: time('created_at').notNull(),
    /** When the record was clean again: from then on the same failure is news. */
    resolvedAt: time('resolved_at'),
  },
  (table) => [
    uniqueIndex('notifications_open')
      .on(table.linkId, table.code, sql`coalesce(${table.system}, '')`, sql`coalesce(${table.field}, '')`)
      .where(sql`${table.kind} = 'permanently_failed' and ${table.resolvedAt} is null`),
    index('notifications_link').on(table.linkId),
  ],
);

export type NotificationChannel = 'note' | 'webhook';

export type DeliveryState =
  | 'due'
  /** Taken by a sender, until `lease_until`. */
  | 'sending'
  | 'sent'
  /** Another delivery of the same kind stands for this one too. */
  | 'summarized'
  /** It was sent, or its sender died, and nobody knows whether it arrived. Not repeated. */
  | 'in_doubt'
  /** Refused, or the receiver was away for too long. */
  | 'undeliverable'
  /** The channel is off, or has no place for it. */
  | 'off';

/** How far a notification has come on one channel. */
export const notificationDeliveries = pgTable(
  'notification_deliveries',
  {
    notificationId: uuid('notification_id')
      .notNull()
      .references(() => notifications.id),
    channel: text('channel').$type<NotificationChannel>().notNull(),
    state: text('state').$type<DeliveryState>().notNull().default('due'),
    dueAt: time('due_at').notNull(),
    /** How often it was taken; the sender that took it last may say what became of it. */
    attempts: integer('attempts').notNull().default(0),
    firstTakenAt: time('first_taken_at'),
    leaseUntil: time('lease_until'),
    /** Since when it waits for others of its kind, to go out with them as one. */
    heldAt: time('held_at'),
    /** How many notifications it stands for, itself included. */
    standsFor: integer('stands_for').notNull().default(1),
    sentAt: time('sent_at'),
    lastError: text('last_error'),
  },
  (table) => [
    primaryKey({ columns: [table.notificationId, table.channel] }),
    index('notification_deliveries_open')
      .on(table.channel, table.dueAt)
      .where(sql`${table.state} in ('due', 'sending')`),
    index('notification_deliveries_taken').on(table.channel, table.firstTakenAt),
  ],
);
