import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Attributes } from '../../../engine/values.ts';
import type { Database } from '../../../store/database.ts';
import { openPostgres } from '../../../store/open-postgres.ts';
import { type SyncStateName, syncStatesOf } from '../../../store/portal/sync-states.ts';
import { type SyncedEntity, syncedTables } from '../../../store/portal/tables.ts';
import { rowsIn } from '../../../store/rows-in.ts';
import { type SystemSave, workedOn } from './agency.ts';

export const syncedEntities = Object.keys(syncedTables) as readonly SyncedEntity[];

/** A row and Productive's record that it shows. */
export interface RowOfRecord {
  readonly rowId: string;
  readonly productiveId: string;
}

/** The portal's tables, read past every link and past the product. What is saved there is noted by the database itself. */
export interface PortalRows {
  readonly db: Database;
  /** Every task and comment that was saved, in order. */
  saves(): Promise<readonly SystemSave[]>;
  /** Rows that exist, by their ids. */
  shown(entity: SyncedEntity): Promise<ReadonlyMap<string, Attributes>>;
  couples(entity: SyncedEntity): Promise<readonly RowOfRecord[]>;
  /** How each row that exists stands, by its id. */
  syncStates(entity: SyncedEntity): Promise<ReadonlyMap<number, SyncStateName>>;
  /** Comments that no user sees because their task was deleted before they were sent. */
  unseen(): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}

/** In the very transaction of whoever writes, so that a save is noted exactly if it happened. */
const noting = [
  sql`create table chaos_saves (
    seq bigserial primary key,
    at timestamptz not null default clock_timestamp(),
    author text not null default current_setting('application_name'),
    entity text not null,
    id bigint not null,
    shown jsonb
  )`,
  sql`create function note_chaos_save() returns trigger language plpgsql as $$
    begin
      insert into chaos_saves (entity, id, shown)
        values (tg_argv[0], new.id, case when new.deleted_at is null then to_jsonb(new) end);
      return null;
    end $$`,
  ...workedOn.map(
    (entity) => sql`create trigger note_chaos_save after insert or update on ${sql.identifier(`portal_${entity}`)}
      for each row execute function note_chaos_save('${sql.raw(entity)}')`,
  ),
];

const saveRow = z.object({
  entity: z.enum(workedOn),
  id: z.string(),
  author: z.string(),
  at_ms: z.number(),
  shown: z.record(z.string(), z.json()).nullable(),
});
const shownRow = z.object({ id: z.string(), shown: z.record(z.string(), z.json()) });

/** Brings the schema up to date and begins to note. */
export async function openPortalRows(url: string): Promise<PortalRows> {
  const opened = await openPostgres({ url, maxConnections: 3, onProblem: () => undefined });
  const { db } = opened;
  for (const statement of noting) await db.execute(statement);
  const living = (entity: SyncedEntity) =>
    sql`from ${sql.identifier(`portal_${entity}`)} as living where deleted_at is null`;
  return {
    db,
    saves: async () => {
      const found = await db.execute(sql`select entity, id::text, author, shown,
        extract(epoch from at)::float8 * 1000 as at_ms from chaos_saves order by seq`);
      return z.array(saveRow).parse(rowsIn(found)).map(saveFrom);
    },
    shown: async (entity) => {
      const found = await db.execute(sql`select id::text, to_jsonb(living) as shown ${living(entity)}`);
      return new Map(
        z
          .array(shownRow)
          .parse(rowsIn(found))
          .map(({ id, shown }) => [id, attributesOf(shown)]),
      );
    },
    couples: async (entity) => {
      const table = syncedTables[entity];
      const rows = await db.select({ id: table.id, productiveId: table.productiveId }).from(table);
      return rows.flatMap(({ id, productiveId }) =>
        productiveId === null ? [] : [{ rowId: String(id), productiveId }],
      );
    },
    syncStates: async (entity) => {
      const { id, version, modifiedAt, productiveId, deletedAt } = syncedTables[entity];
      const rows = await db.select({ id, version, modifiedAt, productiveId, deletedAt }).from(syncedTables[entity]);
      const states = await syncStatesOf(
        db,
        entity,
        rows.filter((row) => row.deletedAt === null),
      );
      return new Map([...states].map(([rowId, { state }]) => [rowId, state]));
    },
    unseen: async () => {
      const found = await db.execute(sql`select said.id::text as id, '{}'::jsonb as shown
        from portal_comments said join portal_tasks task on task.id = said.task_id
        where said.productive_id is null and said.deleted_at is null and task.deleted_at is not null`);
      return new Set(
        z
          .array(shownRow)
          .parse(rowsIn(found))
          .map(({ id }) => id),
      );
    },
    close: () => opened.close(),
  };
}

/** Users write through the API, everything else is the workers' doing. */
const saveFrom = ({ entity, id, author, at_ms: atMs, shown }: z.infer<typeof saveRow>): SystemSave => ({
  ...{ entity, id, atMs },
  by: author === 'api' ? 'person' : 'tandem',
  now: shown === null ? null : attributesOf(shown),
});

/** Columns by the names of the portal's attributes, which are the same words. */
const attributesOf = (row: Attributes): Attributes =>
  Object.fromEntries(Object.entries(row).map(([column, value]) => [attributeName(column), value]));

const attributeName = (column: string): string =>
  column.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
