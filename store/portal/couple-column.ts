import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { FieldNotes } from '../../engine/field-notes.ts';
import { hints, type HintTrigger, links, type LinkState, type StoredFailure } from '../schema.ts';
import { type SyncedEntity, syncedTables } from './tables.ts';

const couple = z.object({
  masterId: z.string().nullable(),
  state: z.custom<LinkState>(),
  failure: z.custom<StoredFailure>().nullable(),
  fieldNotes: z.custom<FieldNotes>(),
  /** Of the row when a pass last looked at it. */
  versionReplica: z.string().nullable(),
  /** When both sides were last found or made equal. */
  syncedAt: z.coerce.date().nullable(),
  /** Why the row is in the inbox; a second look in case an earlier write arrives late does not count: nobody waits for that. */
  hintedBy: z.custom<HintTrigger>().nullable(),
});

/** What passes know of a row of the portal and its partner. */
export type KnownCouple = z.infer<typeof couple>;

const hintedBy = sql`(select ${hints.trigger} from ${hints} where ${hints.pair} = ${links.pair}
  and ${hints.side} = 'replica' and ${hints.recordId} = ${links.replicaId} and ${hints.trigger} <> 'look_again')`;

const shown = sql`json_build_object(
  'masterId', ${links.masterId}, 'state', ${links.state}, 'failure', ${links.failure}, 'fieldNotes', ${links.fieldNotes},
  'versionReplica', ${links.versionReplica}, 'syncedAt', ${links.syncedAt}, 'hintedBy', ${hintedBy})`;

const decoded = (value: unknown): KnownCouple => couple.parse(value);

/** To be selected from `links`. */
export const coupleInLinks: SQL<KnownCouple> = sql`(${shown})`.mapWith(decoded);

/** A row that is read with what passes know of it; null: nothing yet. */
export interface WithCouple {
  readonly couple: KnownCouple | null;
}

/**
 * To be selected with a row, so that no further statement has to be sent for it. Looked up in its index row by row, whatever
 * the database expects of their number.
 * @param entity also the name of the pair
 */
export function coupleColumn(entity: SyncedEntity): SQL<KnownCouple | null> {
  const ofRow = sql`${links.pair} = ${entity} and ${links.replicaId} = ${syncedTables[entity].id}::text`;
  return sql`(select ${shown} from ${links} where ${ofRow})`.mapWith(decoded);
}
