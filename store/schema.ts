import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  index,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Resolution } from '../engine/resolution.ts';
import type { Rule } from '../engine/rules.ts';
import type { Side } from '../engine/values.ts';
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
import { links } from './link-table.ts';
import { notificationDeliveries, notifications } from './notification-tables.ts';
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
export { type GivenAnswer, links, type LinkState, type StoredFailure } from './link-table.ts';
export {
  type DeliveryState,
  type NotificationChannel,
  notificationDeliveries,
  type NotificationKind,
  notifications,
} from './notification-tables.ts';

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
