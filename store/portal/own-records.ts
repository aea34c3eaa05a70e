import { inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import { idText } from '../../engine/reference.ts';
import { insertMany } from '../insert-many.ts';
import { isAnyOf } from '../is-any-of.ts';
import { type OwnRecords, UnfitRecords } from '../own-records.ts';
import { type Entity, portalEntities } from './entities.ts';
import { rowFrom, selected, valuesOf } from './records.ts';
import { refusedWrite } from './write-refusals.ts';

/** The portal's records, many at a time. */
export function portalOwnRecords(): OwnRecords {
  const entities = portalEntities();
  const named = (name: string) => {
    const entity = entities.get(name);
    if (entity === undefined) throw new TypeError(`The portal has no ${name}`);
    return entity;
  };
  return {
    createMany: async (tx, name, marker, rows) => {
      const entity = named(name);
      const stored = await unlessUnfit(entity, () =>
        // One that is refused must not take the whole transaction with it.
        tx.transaction(async (inner) => {
          const given = rows.map((attributes) => valuesOf(entity, attributes));
          const { id } = entity.own;
          const made = await inner.execute(sql`${insertMany(entity.table, given)} returning ${id} as id`);
          return inner
            .select(selected(entity))
            .from(entity.table)
            .where(isAnyOf(id, created.parse(made)));
        }),
      );
      return new Map(
        stored.map((row) => {
          const own = rowFrom(entity, row);
          return [idText(own.attributes[marker] ?? null) ?? '', own] as const;
        }),
      );
    },
    takeBack: async (tx, name, ids) => {
      const { table, own } = named(name);
      await tx.delete(table).where(inArray(own.id, ids.map(Number)));
    },
  };
}

const created = z
  .object({ rows: z.array(z.object({ id: z.coerce.number() })) })
  .transform(({ rows }) => rows.map(({ id }) => id));

async function unlessUnfit<T>(entity: Entity, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw refusedWrite(entity, error) === null ? error : new UnfitRecords({ cause: error });
  }
}
