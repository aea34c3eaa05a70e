import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { rowsIn } from '../rows-in.ts';
import { hints, links } from '../schema.ts';
import { portalAttachments, portalComments, portalTasks } from './work-tables.ts';
import { type WrittenEntity, writtenEntities } from './write-store.ts';
import { portalWrites } from './write-tables.ts';

/** A record of the portal of which it is not sure that Productive has it as it is here. */
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
const found = z.object({
  entity: z.enum(writtenEntities),
  id: z.string(),
  state: z.enum(['pending', 'failed']),
  since: time,
  subject: z.string().nullable(),
  reason: z.string().nullable(),
  code: z.string().nullable(),
  heldUntil: time.nullable(),
  lastSyncedAt: time.nullable(),
});

/** What was written and has not come back from Productive, by answer or by echo. */
export class UnconfirmedStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Those that have waited longest first. */
  async list({ state, before, limit }: UnconfirmedQuery): Promise<readonly UnconfirmedRow[]> {
    const all = sql.join(writtenEntities.map(unconfirmedOf), sql` union all `);
    const result = await this.#db.execute(sql`
      select entity, id, state, since, subject, reason, code, held_until as "heldUntil", last_synced_at as "lastSyncedAt"
      from (${all}) as unconfirmed
      where (${state}::text is null or state = ${state}::text)
        and (${before?.toISOString() ?? null}::timestamptz is null or since < ${before?.toISOString() ?? null}::timestamptz)
      order by since, entity, id limit ${limit}`);
    return z.array(found).parse(rowsIn(result));
  }
}

/** As `SyncStates` sees it: a pass that has failed leaves a hint of its own kind, or none. */
const isAskedAnew = sql`(${hints.recordId} is not null and ${hints.trigger} <> 'retry')`;

function unconfirmedOf(entity: WrittenEntity): SQL {
  const table = tables[entity];
  const id = sql`${table.id}::text`;
  return sql`(
    select ${entity}::text as entity, ${id} as id,
      case when ${links.state} = 'parked' and not ${isAskedAnew} then 'failed' else 'pending' end as state,
      coalesce(written.at, ${table.modifiedAt}) as since, written.subject as subject,
      ${links.failure}->>'message' as reason, ${links.failure}->>'code' as code,
      ${hints.heldUntil} as held_until, ${links.syncedAt} as last_synced_at
    from ${table}
      left join ${links} on ${links.pair} = ${entity} and ${links.replicaId} = ${id}
      left join ${hints} on ${hints.pair} = ${entity} and ${hints.side} = 'replica' and ${hints.recordId} = ${id} and ${hints.trigger} <> 'look_again'
      left join lateral (
        select ${portalWrites.at} as at, ${portalWrites.subject} as subject from ${portalWrites}
        where ${portalWrites.entity} = ${entity} and ${portalWrites.recordId} = ${table.id}
          and (${links.syncedAt} is null or ${portalWrites.at} > ${links.syncedAt})
        order by ${portalWrites.id} limit 1
      ) as written on true
    where ${table.deletedAt} is null and (
      ${hints.recordId} is not null or ${links.masterId} is null or ${links.failure} is not null
      or ${links.state} = 'parked' or ${links.versionReplica} is distinct from ${table.version}::text)
  )`;
}
