import { sql } from 'drizzle-orm';
import { bigserial, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { Gone } from '../engine/deletion.ts';
import type { FieldNote } from '../engine/field-notes.ts';
import type { Answer, QuestionCode } from '../engine/question.ts';
import type { FailureCode } from '../engine/retry.ts';
import type { SyncStatus } from '../engine/status.ts';
import type { Attributes, PerSide, Side } from '../engine/values.ts';
import { time } from './column-types.ts';

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
    /** What is shown and counts as ours in the snapshots, though somebody else may have typed the very same: until both agree. */
    presumed: jsonb('presumed').$type<PerSide<Attributes>>(),
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
