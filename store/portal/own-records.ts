import { inArray, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { idText } from '../../engine/reference.ts';
import { insertMany } from '../insert-many.ts';
import { type OwnRecords, UnfitRecords } from '../own-records.ts';
import { type PlainRow, rowsIn } from '../rows-in.ts';
import { type Entity, portalEntities } from './entities.ts';
import { rowFrom, selected, valuesOf } from './records.ts';
import { refusedWrite } from './write-refusals.ts';

/** The portal's records, many at a time. */
export function portalOwnRecords(): OwnRecords {
  const entities = portalEntities();
  const entityOf = (name: string) => {
    const entity = entities.get(name);
    if (entity === undefined) throw new TypeError(`The portal has no ${name}`);
    return entity;
  };
  return {
    createMany: async (tx, name, marker, rows) => {
      const entity = entityOf(name);
      const stored = await unlessUnfit(entity, () =>
        // One that is refused must not take the whole transaction with it.
        tx.transaction(async (inner) => {
          const given = rows.map((attributes) => valuesOf(entity, attributes));
          const columns = Object.entries(selected(entity));
          const made = await inner.execute(sql`${insertMany(entity.table, given)} returning ${named(columns)}`);
          return rowsIn(made).map((row) => asSelected(columns, row));
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
      const { table, own } = entityOf(name);
      await tx.delete(table).where(inArray(own.id, ids.map(Number)));
    },
  };
}

type NamedColumns = readonly (readonly [name: string, column: PgColumn])[];

const named = (columns: NamedColumns): SQL =>
  sql.join(
    columns.map(([name, column]) => sql`${column} as ${sql.identifier(name)}`),
    sql`, `,
  );

/** A row of plain SQL, as a query for these columns would have it: for many rows a query costs several times as much. */
const asSelected = (columns: NamedColumns, row: PlainRow): PlainRow =>
  Object.fromEntries(
    columns.map(([name, column]) => {
      const value = row[name];
      return [name, value === null ? null : column.mapFromDriverValue(value)];
    }),
  );

async function unlessUnfit<T>(entity: Entity, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw refusedWrite(entity, error) === null ? error : new UnfitRecords({ cause: error });
  }
}
