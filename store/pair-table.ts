import { jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import type { DefinitionText } from '../engine/definition-text.ts';
import { time } from './column-types.ts';

/** Whether a pair may write at the moment. No row: it may. */
export const pairs = pgTable('pairs', {
  name: text('name').primaryKey(),
  masterSystem: text('master_system'),
  replicaSystem: text('replica_system'),
  pausedAt: time('paused_at'),
  pausedReason: text('paused_reason'),
  /** The definition that was last accepted: a pass with another one writes nothing. */
  definition: jsonb('definition').$type<DefinitionText>(),
  /** A changed definition that somebody has to look at first. */
  offered: jsonb('offered').$type<DefinitionText>(),
  offeredAt: time('offered_at'),
  /** Since when removals wait for a person, because there were too many. */
  removalsHeldAt: time('removals_held_at'),
  /** Removals before this time were approved and do not count any more. */
  removalsCountedFrom: time('removals_counted_from'),
});
