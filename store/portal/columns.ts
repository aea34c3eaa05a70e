import { sql } from 'drizzle-orm';
import { type AnyPgColumn, bigint, text } from 'drizzle-orm/pg-core';
import { time } from '../column-types.ts';

/** What every table of the portal has, its own ones included. `version` and `modified_at` are set by a trigger, whoever writes. */
export const portalColumns = () => ({
  /** The portal's own id, as a text towards everybody outside of this folder. */
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  /** Another one after each write, never one that any row had before: what an update is compared with. */
  version: bigint('version', { mode: 'number' })
    .notNull()
    .default(sql`nextval('portal_version')`),
  /** By the database's clock. */
  modifiedAt: time('modified_at').notNull().defaultNow(),
  /** Empty: the record is there. Else nobody sees it any more, except those who take it back. */
  deletedAt: time('deleted_at'),
});

/** What a table has whose rows are kept equal with Productive's. */
export const syncedColumns = () => ({
  ...portalColumns(),
  /** Productive's id of the record, and the mark by which the couple is known. Empty: made here and not there yet. */
  productiveId: text('productive_id').unique(),
});

/** Another record of the portal, by its portal id. It loses its name when that row is removed for good. */
export const reference = (name: string, target: () => AnyPgColumn) =>
  bigint(name, { mode: 'number' }).references(target, { onDelete: 'set null' });
