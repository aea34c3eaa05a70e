import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Attributes, Json, Side } from '../engine/values.ts';
import { time } from './column-types.ts';

/** When each record of a side was last seen, in a list or by a visit. Kept apart from the links: every walk touches every row. */
export const sightings = pgTable(
  'sightings',
  {
    pair: text('pair').notNull(),
    side: text('side').$type<Side>().notNull(),
    recordId: text('record_id').notNull(),
    seenAt: time('seen_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.pair, table.side, table.recordId] }),
    index('sightings_oldest').on(table.pair, table.side, table.seenAt),
  ],
);

/** Where a walk over the latest changes goes on that could not be ended at once. */
export interface UnendedWalk {
  /** ISO 8601 UTC, by the system's own clock. */
  readonly since: string;
  readonly afterId: string | null;
  /** ISO 8601 UTC, by our clock. */
  readonly beganAt: string;
}

/** How far one side of a pair has been read by time of modification. Moves only together with what was found. */
export const cursors = pgTable(
  'cursors',
  {
    pair: text('pair').notNull(),
    side: text('side').$type<Side>().notNull(),
    /** The newest time of modification that was read, by the system's own clock, and the last record of that time. */
    readUntil: time('read_until'),
    readUntilId: text('read_until_id'),
    /** When `read_until` became what it is, by our clock. */
    reachedAt: time('reached_at'),
    /** Nothing as old as `read_until` can still appear: the next look begins right after it. */
    isSettled: boolean('is_settled').notNull().default(false),
    walk: jsonb('walk').$type<UnendedWalk>(),
    /** When the end of the list was last reached. */
    caughtUpAt: time('caught_up_at'),
    /** Since when there is more than could be read at once; empty: nothing is left. */
    behindSince: time('behind_since'),
    /** Why the last attempt read nothing, as a code; empty: it did. */
    trouble: text('trouble'),
    /** When it was there again after so long without the changes that a census has to follow; empty: none has, or it was started. */
    censusDueSince: time('census_due_since'),
    /** Each page moves it; a late attempt at a page that has landed changes nothing. */
    revision: integer('revision').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.pair, table.side] })],
);

/** Where a feed of changes goes on, as the system says it. */
export interface StoredFeedPosition {
  /** ISO 8601 UTC, by the system's own clock. */
  readonly since: string;
  readonly afterId: string | null;
}

/** How far what a system tells of changes apart from lists has been read. Moves only together with what was found. */
export const feedCursors = pgTable(
  'feed_cursors',
  {
    system: text('system').notNull(),
    feed: text('feed').notNull(),
    /** Where the next look goes on. Empty: nobody has looked so far. */
    position: jsonb('position').$type<StoredFeedPosition>(),
    /** When the end was last reached. */
    caughtUpAt: time('caught_up_at'),
    /** Since when there is more than could be read at once; empty: nothing is left. */
    behindSince: time('behind_since'),
    /** Why the last attempt read nothing, as a code; empty: it did. */
    trouble: text('trouble'),
    /** Each page moves it; a late attempt at a page that has landed changes nothing. */
    revision: integer('revision').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.system, table.feed] })],
);

/** The latest rows that catch-up has compared, and will read again because others may turn up behind them. */
export const comparedRows = pgTable(
  'compared_rows',
  {
    pair: text('pair').notNull(),
    side: text('side').$type<Side>().notNull(),
    recordId: text('record_id').notNull(),
    /** Its version, and a digest of what was compared; without one it was compared by an older release. */
    state: text('version').notNull(),
    /** By the system's own clock. */
    modifiedAt: time('modified_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.pair, table.side, table.recordId] })],
);

/**
 * `census`: everything is compared. `backfill`: the same where hardly anything is linked yet, with the lowest priority.
 * `rebuild`: only records of the master that name their partner are handed over, so that nothing is created. `couples`:
 * records that no couple has are counted and left alone; so a pair is watched that nobody has imported yet.
 */
export type CensusMode = 'census' | 'backfill' | 'rebuild' | 'couples';

export type CensusState =
  | 'running'
  | 'paused'
  | 'done'
  | 'canceled'
  /** A list could not be believed, or a system's set-up is wrong: nothing follows from what it did not show. */
  | 'stopped';

/**
 * What a walk does next: reads the master's list, waits until what it found there is dealt with, reads the replica's list
 * (or visits the replica's records one by one, where it has none), draws conclusions from what was not seen.
 */
export type CensusPhase = 'master' | 'between' | 'replica' | 'absent' | 'after' | 'report' | 'end';

/** What was counted on one side. */
export interface CensusCounts {
  readonly pages: number;
  readonly seen: number;
  /** As agreed. */
  readonly same: number;
  /** Linked, and not as agreed. */
  readonly differing: number;
  /** In no link. */
  readonly unlinked: number;
  /** Linked, and not in the list. */
  readonly absent: number;
}

/** One walk over a pair. */
export const censusRuns = pgTable(
  'census_runs',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    pair: text('pair').notNull(),
    mode: text('mode').$type<CensusMode>().notNull(),
    /** Nothing is handed over; what would happen is reported. */
    dryRun: boolean('dry_run').notNull().default(false),
    state: text('state').$type<CensusState>().notNull().default('running'),
    phase: text('phase').$type<CensusPhase>().notNull().default('master'),
    /** The last id of the page that has landed last, in this phase. */
    position: text('position'),
    counts: jsonb('counts').$type<Readonly<Record<Side, CensusCounts>>>().notNull(),
    /** How many records each side says that it has; null: it does not say. */
    expected: jsonb('expected').$type<Readonly<Record<Side, number | null>>>().notNull(),
    handedOver: integer('handed_over').notNull().default(0),
    report: jsonb('report').$type<Json>(),
    /** Why it was stopped, in words. */
    trouble: text('trouble'),
    startedBy: text('started_by').notNull(),
    startedAt: time('started_at').notNull(),
    endedAt: time('ended_at'),
    /** Each page moves it; a late attempt at a page that has landed changes nothing. */
    revision: integer('revision').notNull().default(0),
  },
  (table) => [
    index('census_runs_pair').on(table.pair, table.startedAt),
    uniqueIndex('census_runs_open')
      .on(table.pair)
      .where(sql`${table.state} in ('running', 'paused')`),
  ],
);

/** What a dry run has found and could not judge before it had seen both sides. Deleted with the run's end. */
export const censusFindings = pgTable(
  'census_findings',
  {
    runId: uuid('run_id')
      .notNull()
      .references(() => censusRuns.id, { onDelete: 'cascade' }),
    side: text('side').$type<Side>().notNull(),
    recordId: text('record_id').notNull(),
    /** Null: it is in no link. */
    linkId: bigint('link_id', { mode: 'number' }),
    /** The mapped attributes, and those of the status, as the list shows them; null: it was not in the list. */
    attributes: jsonb('attributes').$type<Attributes>(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.side, table.recordId] })],
);

/** Registrations that the keeper made or has taken over. Their keys are read from the system and kept in memory only. */
export const webhookRegistrations = pgTable(
  'webhook_registrations',
  {
    system: text('system').notNull(),
    /** The system's id of it. */
    remoteId: text('remote_id').notNull(),
    pair: text('pair').notNull(),
    event: text('event').notNull(),
    url: text('url').notNull(),
    madeAt: time('made_at').notNull(),
    /** When something with its signature last came in. */
    deliveredAt: time('delivered_at'),
    /** When somebody was told to look for what it had not reported; empty: nobody was, since it was made or mended. */
    coveredAt: time('covered_at'),
  },
  (table) => [primaryKey({ columns: [table.system, table.remoteId] })],
);

/** When a system's registrations were last looked at, and why not all of them could be put right. */
export const webhookChecks = pgTable('webhook_checks', {
  system: text('system').primaryKey(),
  checkedAt: time('checked_at'),
  trouble: text('trouble'),
  /** One keeper at a time: two of them would register everything twice. */
  busyUntil: time('busy_until'),
});
