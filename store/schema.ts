import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Gone } from '../engine/deletion.ts';
import type { FieldNote } from '../engine/field-notes.ts';
import type { Answer, QuestionCode } from '../engine/question.ts';
import type { Resolution } from '../engine/resolution.ts';
import type { FailureCode } from '../engine/retry.ts';
import type { Rule } from '../engine/rules.ts';
import type { SyncStatus } from '../engine/status.ts';
import type { Attributes, Side } from '../engine/values.ts';
import {
  censusFindings,
  censusRuns,
  comparedRows,
  cursors,
  sightings,
  webhookChecks,
  webhookRegistrations,
} from './population-tables.ts';
import { callLog } from './call-log-table.ts';
import { circuits } from './circuit-table.ts';
import { jsonValue, time } from './column-types.ts';
import { pairs } from './pair-table.ts';
import { isUnsettled } from './is-unsettled.ts';
import { type HintTrigger, rankInSql } from './hint-classes.ts';
import * as portalBusinessTables from './portal/business-tables.ts';
import * as portalOwnTables from './portal/own-tables.ts';
import * as portalWorkTables from './portal/work-tables.ts';
import * as portalWriteTables from './portal/write-tables.ts';

export const hintSequence = pgSequence('hint_seq');

/**
 * The inbox. One row per record of one side, keyed by what was said about it: a burst is one row, and the row says
 * only that the record may have changed. It is deleted by the pass that has dealt with exactly this `seq`.
 */
export const hints = pgTable(
  'hints',
  {
    pair: text('pair').notNull(),
    side: text('side').$type<Side>().notNull(),
    recordId: text('record_id').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    trigger: text('trigger').$type<HintTrigger>().notNull(),
    receivedAt: time('received_at').notNull(),
    dueAt: time('due_at').notNull(),
    /** Nobody is rung for it before this time, whatever else is said, unless a person or the system itself reports something new. */
    heldUntil: time('held_until'),
    /** When the record's workflow was last told; empty: nobody was. */
    rungAt: time('rung_at'),
    /** The `seq` that a pass has begun to deal with. */
    notedSeq: bigint('noted_seq', { mode: 'number' }),
  },
  (table) => [
    primaryKey({ columns: [table.pair, table.side, table.recordId] }),
    index('hints_next').on(table.pair, sql`(${rankInSql(table.trigger)})`, table.dueAt),
    index('hints_rung')
      .on(table.pair, table.rungAt)
      .where(sql`${table.rungAt} is not null`),
  ],
);

export { callLog } from './call-log-table.ts';
export { circuits } from './circuit-table.ts';
export { pairs } from './pair-table.ts';
export { type HintTrigger, hintTriggers } from './hint-classes.ts';

/** `unlinked`: one record is gone and the other stays alone. `deleted`: nothing is left. */
export type LinkState = 'new' | 'linked' | 'unlinked' | 'deleted' | 'parked';

/** What a person has answered to the question of a parked record. */
export interface GivenAnswer {
  readonly answer: Answer;
  /** The name of the API token. */
  readonly by: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

export interface StoredFailure {
  /** `waits_for`: nothing failed; the record points to one that has to be there first. */
  readonly code: FailureCode | QuestionCode | 'waits_for';
  readonly system: string | null;
  readonly message: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  /** Both sides' mapped attributes when it failed: only something else may end the wait or revive the record. */
  readonly seen: Readonly<Partial<Record<Side, Attributes>>>;
  /** What the master could not be shown when the record was parked: it is shown later, with the message. */
  readonly untold?: Pick<SyncStatus, 'state' | 'attempts'>;
}

/** One couple, also while only one side of it exists. Rows are not removed while either record may exist. */
export const links = pgTable(
  'links',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    pair: text('pair').notNull(),
    masterId: text('master_id'),
    replicaId: text('replica_id'),
    state: text('state').$type<LinkState>().notNull().default('new'),
    baseMaster: jsonb('base_master').$type<Attributes>(),
    baseReplica: jsonb('base_replica').$type<Attributes>(),
    versionMaster: text('version_master'),
    versionReplica: text('version_replica'),
    /** The master's version after our own last write, until a webhook has shown it: the first that does says nothing new. */
    echoDue: text('echo_due'),
    fieldNotes: jsonb('field_notes').$type<Readonly<Record<string, FieldNote>>>().notNull().default({}),
    /** The status attributes that were last sent to the master, and what its answer showed. */
    statusSent: jsonb('status_sent').$type<Attributes>(),
    statusSeen: jsonb('status_seen').$type<Attributes>(),
    attempts: integer('attempts').notNull().default(0),
    waits: integer('waits').notNull().default(0),
    nextAttemptAt: time('next_attempt_at'),
    /** A write of unknown fate may still take effect: the record is looked at once more then, whatever was found before. */
    recheckAt: time('recheck_at'),
    failure: jsonb('failure').$type<StoredFailure>(),
    answer: jsonb('answer').$type<GivenAnswer>(),
    /** Which records were gone when the couple was parted. */
    gone: text('gone').$type<Gone>(),
    /** Partners that this couple had before: the master may still show their number. */
    formerReplicaIds: jsonb('former_replica_ids').$type<readonly string[]>().notNull().default([]),
    /** Writes before this time do not count as part of a loop: a person has looked. */
    loopCountedFrom: time('loop_counted_from'),
    leaseOwner: text('lease_owner'),
    leaseToken: text('lease_token'),
    leaseUntil: time('lease_until'),
    revision: integer('revision').notNull().default(0),
    lastVerdict: text('last_verdict'),
    syncedAt: time('synced_at'),
    createdAt: time('created_at').notNull().defaultNow(),
    updatedAt: time('updated_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('links_master').on(table.pair, table.masterId),
    uniqueIndex('links_replica').on(table.pair, table.replicaId),
    index('links_state').on(table.pair, table.state),
    index('links_next_attempt').on(table.nextAttemptAt),
    // Few among many: what is on its way, asked, parted, or not the same on both sides.
    index('links_unsettled')
      .on(table.pair, table.replicaId)
      .where(sql`${table.state} <> 'linked' or ${table.failure} is not null or ${table.fieldNotes} <> '{}'::jsonb`),
  ],
);

/** Couples with a field that points to a record which is no couple yet, or no more. Whoever makes it one rings them. */
export const referenceWaits = pgTable(
  'reference_waits',
  {
    linkId: bigint('link_id', { mode: 'number' })
      .notNull()
      .references(() => links.id, { onDelete: 'cascade' }),
    /** The record that it waits for. */
    pair: text('pair').notNull(),
    side: text('side').$type<Side>().notNull(),
    recordId: text('record_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.linkId, table.pair, table.side, table.recordId] }),
    index('reference_waits_target').on(table.pair, table.side, table.recordId),
  ],
);

export type LedgerState =
  /** Stored before the write was sent. */
  | 'planned'
  /** The other system's answer, or a later read, shows that it took effect. */
  | 'written'
  /** It did not take effect. */
  | 'dropped'
  /** A creation whose fate only a person can tell. */
  | 'asked';

/** `delete` and `archive`: the record's mapped values are kept in `old_value`. */
export type LedgerAction = 'set' | 'create' | 'delete' | 'archive';

/** Append-only history: every attribute that Tandem wrote, over what, and why. Creations and removals have one row of their own. */
export const ledger = pgTable(
  'ledger',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    linkId: bigint('link_id', { mode: 'number' })
      .notNull()
      .references(() => links.id),
    pair: text('pair').notNull(),
    action: text('action').$type<LedgerAction>().notNull(),
    side: text('side').$type<Side>().notNull(),
    field: text('field'),
    attribute: text('attribute'),
    oldValue: jsonValue('old_value'),
    newValue: jsonValue('new_value'),
    losingValue: jsonValue('losing_value'),
    rule: text('rule').$type<Rule>().notNull(),
    /** The version of the record that the write was planned from. */
    seenVersion: text('seen_version'),
    trigger: text('trigger').notNull(),
    runId: text('run_id').notNull(),
    state: text('state').$type<LedgerState>().notNull(),
    /** Creations of the same thing exclude each other while one is open. */
    creationKey: text('creation_key'),
    /** The conflict whose decision this write carries out. */
    conflictId: bigint('conflict_id', { mode: 'number' }),
    plannedAt: time('planned_at').notNull(),
    settledAt: time('settled_at'),
  },
  (table) => [
    index('ledger_link').on(table.linkId, table.id),
    index('ledger_removals')
      .on(table.pair, table.plannedAt)
      .where(sql`${table.action} in ('delete', 'archive')`),
    index('ledger_unsettled').on(table.pair, table.side).where(isUnsettled(table.state)),
    uniqueIndex('ledger_open_creation')
      .on(table.pair, table.side, table.creationKey)
      .where(sql`${table.state} = 'planned' and ${table.action} = 'create'`),
  ],
);

export type ConflictState =
  /** A person has to decide. */
  | 'open'
  /** Somebody has; the next pass carries it out. */
  | 'decided'
  /** It was carried out. */
  | 'resolved'
  /** An edit made both sides equal, or one side went back: nothing was left to decide. */
  | 'vanished';

/** A field that both sides changed and that only a person may settle. */
export const conflicts = pgTable(
  'conflicts',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    linkId: bigint('link_id', { mode: 'number' })
      .notNull()
      .references(() => links.id),
    pair: text('pair').notNull(),
    field: text('field').notNull(),
    valueMaster: jsonValue('value_master'),
    valueReplica: jsonValue('value_replica'),
    baseMaster: jsonValue('base_master'),
    baseReplica: jsonValue('base_replica'),
    state: text('state').$type<ConflictState>().notNull().default('open'),
    resolution: jsonb('resolution').$type<Resolution>(),
    decidedBy: text('decided_by'),
    decidedAt: time('decided_at'),
    openedAt: time('opened_at').notNull(),
    closedAt: time('closed_at'),
  },
  (table) => [
    uniqueIndex('conflicts_open')
      .on(table.linkId, table.field)
      .where(sql`${table.closedAt} is null`),
    index('conflicts_pair').on(table.pair, table.state, table.id),
  ],
);

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

export const schema = {
  pairs,
  circuits,
  hints,
  hintSequence,
  links,
  referenceWaits,
  ledger,
  conflicts,
  notifications,
  notificationDeliveries,
  callLog,
  sightings,
  cursors,
  comparedRows,
  censusRuns,
  censusFindings,
  webhookRegistrations,
  webhookChecks,
  ...portalWorkTables,
  ...portalBusinessTables,
  ...portalOwnTables,
  ...portalWriteTables,
};
