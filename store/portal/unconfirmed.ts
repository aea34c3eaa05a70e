import { type AnyColumn, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { rowsIn } from '../rows-in.ts';
import { hints, links } from '../schema.ts';
import { type SyncState, syncStatesOf } from './sync-states.ts';
import { portalAttachments, portalComments, portalTasks } from './work-tables.ts';
import { type WrittenEntity, writtenEntities } from './write-store.ts';
import { portalWrites } from './write-tables.ts';

/** A record of the portal of which it is not sure that Productive has it as it is here, as `syncStateOf` sees it. */
export interface UnconfirmedRow {
  readonly entity: WrittenEntity;
  readonly id: string;
  readonly state: 'pending' | 'failed';
  /** Since when: the first change that was not confirmed. */
  readonly since: Date;
  /** Who made that change through the portal; null: nobody did. */
  readonly subject: string | null;
  readonly reason: string | null;
  readonly code: string | null;
  readonly heldUntil: Date | null;
  readonly lastSyncedAt: Date | null;
}

export interface UnconfirmedQuery {
  readonly state: 'pending' | 'failed' | null;
  /** Only those that have been so since before this time. */
  readonly before: Date | null;
  readonly limit: number;
}

const tables = { tasks: portalTasks, comments: portalComments, attachments: portalAttachments } as const;

const time = z.coerce.date();
const candidate = z.object({
  entity: z.enum(writtenEntities),
  id: z.coerce.number(),
  version: z.coerce.number(),
  productiveId: z.string().nullable(),
  since: time,
  subject: z.string().nullable(),
  code: z.string().nullable(),
  heldUntil: time.nullable(),
});
type Candidate = z.infer<typeof candidate>;

/** What was written and has not come back from Productive, by answer or by echo. */
export class UnconfirmedStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Those that have waited longest first. */
  async list({ state, before, limit }: UnconfirmedQuery): Promise<readonly UnconfirmedRow[]> {
    const candidates = await this.#candidates(before);
    const stateOf = await this.#states(candidates);
    return candidates
      .flatMap((one) => rowOf(one, stateOf(one)))
      .filter((row) => state === null || row.state === state)
      .slice(0, limit);
  }

  async #candidates(before: Date | null): Promise<readonly Candidate[]> {
    const all = sql.join(writtenEntities.map(candidatesOf), sql` union all `);
    const result = await this.#db.execute(sql`
      select entity, id, version, productive_id as "productiveId", since, subject, code, held_until as "heldUntil"
      from (${all}) as candidates
      where ${before?.toISOString() ?? null}::timestamptz is null or since < ${before?.toISOString() ?? null}::timestamptz
      order by since, entity, id`);
    return z.array(candidate).parse(rowsIn(result));
  }

  async #states(candidates: readonly Candidate[]): Promise<(one: Candidate) => SyncState | undefined> {
    const known = new Map<WrittenEntity, ReadonlyMap<number, SyncState>>();
    for (const entity of writtenEntities) {
      const rows = candidates.filter((one) => one.entity === entity);
      known.set(entity, await syncStatesOf(this.#db, entity, rows));
    }
    return ({ entity, id }) => known.get(entity)?.get(id);
  }
}

function rowOf(
  { entity, id, since, subject, code, heldUntil }: Candidate,
  found: SyncState | undefined,
): readonly UnconfirmedRow[] {
  if (found === undefined || found.isConfirmed || found.state === 'synced') return [];
  const { state, reason, lastSyncedAt } = found;
  return [{ entity, id: String(id), state, since, subject, reason, code, heldUntil, lastSyncedAt }];
}

/** What may be unconfirmed, each part of it by an index. More than is: `syncStatesOf` says which of them are. */
function candidatesOf(entity: WrittenEntity): SQL {
  const table = tables[entity];
  const id = sql`${table.id}::text`;
  return sql`(
    select ${entity}::text as entity, ${table.id} as id, ${table.version} as version, ${table.productiveId} as productive_id,
      coalesce(written.at, ${table.modifiedAt}) as since, written.subject as subject,
      ${links.failure}->>'code' as code, ${hints.heldUntil} as held_until
    from ${table}
      left join ${links} on ${links.pair} = ${entity} and ${links.replicaId} = ${id}
      left join ${hints} on ${hints.pair} = ${entity} and ${hints.side} = 'replica' and ${hints.recordId} = ${id} and ${hints.trigger} <> 'look_again'
      left join lateral (
        select ${portalWrites.at} as at, ${portalWrites.subject} as subject from ${portalWrites}
        where ${portalWrites.entity} = ${entity} and ${portalWrites.recordId} = ${table.id}
          and (${links.syncedAt} is null or ${portalWrites.at} > ${links.syncedAt})
        order by ${portalWrites.id} limit 1
      ) as written on true
    where ${table.deletedAt} is null and ${table.id} = any(array(${rowsToLookAt(entity)}))
  )`;
}

/**
 * Rows in the inbox, rows of couples that are not settled, and rows that a user wrote and no pass has looked at since. Asked
 * for as arrays, so that they are looked up in their index whatever the database expects of their number.
 */
function rowsToLookAt(entity: WrittenEntity): SQL {
  const table = tables[entity];
  return sql`
    select ${asId(hints.recordId)} as id from ${hints} where ${hints.pair} = ${entity} and ${hints.side} = 'replica'
    union select ${asId(links.replicaId)} from ${links} where ${links.pair} = ${entity} and ${links.replicaId} is not null
      and (${links.state} <> 'linked' or ${links.failure} is not null or ${links.fieldNotes} <> '{}'::jsonb)
    union select ${table.id} from ${table}
      left join ${links} on ${links.pair} = ${entity} and ${links.replicaId} = ${table.id}::text
      where ${table.id} = any(array(select distinct ${portalWrites.recordId} from ${portalWrites} where ${portalWrites.entity} = ${entity}))
        and ${links.versionReplica} is distinct from ${table.version}::text`;
}

/** Somebody may have asked for a look at what is no row's id. */
const asId = (column: AnyColumn): SQL => sql`case when ${column} ~ '^[0-9]{1,18}$' then ${column}::bigint end`;
