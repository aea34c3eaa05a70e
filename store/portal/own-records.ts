import { inArray } from 'drizzle-orm';
import { idText } from '../../engine/reference.ts';
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
        tx.transaction((inner) =>
          inner
            .insert(entity.table)
            .values(rows.map((attributes) => valuesOf(entity, attributes)))
            .onConflictDoNothing()
            .returning(selected(entity)),
        ),
      );
      return new Map(
        stored.map((row) => {
          const created = rowFrom(entity, row);
          return [idText(created.attributes[marker] ?? null) ?? '', created] as const;
        }),
      );
    },
    takeBack: async (tx, name, ids) => {
      const { table, own } = named(name);
      await tx.delete(table).where(inArray(own.id, ids.map(Number)));
    },
  };
}

async function unlessUnfit<T>(entity: Entity, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw refusedWrite(entity, error) === null ? error : new UnfitRecords({ cause: error });
  }
}
