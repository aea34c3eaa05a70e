import { getTableColumns } from 'drizzle-orm';
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import { type SyncedTable, syncedTables } from './tables.ts';

/** What an attribute's column takes. */
export type ColumnKind = 'text' | 'whole' | 'number' | 'flag' | 'date' | 'time' | 'json' | 'reference';

export interface EntityColumn {
  readonly column: PgColumn;
  readonly kind: ColumnKind;
}

/** One table as others see it: by the names of attributes. */
export interface Entity {
  readonly name: string;
  readonly table: PgTable;
  /** What the store itself uses of it. */
  readonly own: Pick<SyncedTable, 'id' | 'version' | 'modifiedAt' | 'deletedAt' | 'productiveId'>;
  /** By attribute. */
  readonly columns: ReadonlyMap<string, EntityColumn>;
}

const ownNames: ReadonlySet<string> = new Set(['id', 'version', 'modifiedAt', 'deletedAt']);

const kinds: Readonly<Record<string, ColumnKind>> = {
  PgText: 'text',
  PgInteger: 'whole',
  PgBigInt53: 'whole',
  PgDoublePrecision: 'number',
  PgBoolean: 'flag',
  PgDateString: 'date',
  PgTimestamp: 'time',
  PgCustomColumn: 'json',
};

/** The entities of the portal that are kept equal with another system's. */
export const portalEntities = (): ReadonlyMap<string, Entity> =>
  new Map(
    Object.entries(syncedTables).map(([name, table]) => [name, { name, table, own: table, columns: columnsOf(table) }]),
  );

function columnsOf(table: PgTable): ReadonlyMap<string, EntityColumn> {
  const foreign = new Set(getTableConfig(table).foreignKeys.flatMap((key) => key.reference().columns));
  const columns = Object.entries(getTableColumns(table)).filter(([name]) => !ownNames.has(name));
  return new Map(
    columns.map(([name, column]) => [name, { column, kind: foreign.has(column) ? 'reference' : kindOf(column) }]),
  );
}

function kindOf({ columnType, name }: PgColumn): ColumnKind {
  const kind = kinds[columnType];
  if (kind === undefined)
    throw new TypeError(`the column ${name} is of a type that no system was told of: ${columnType}`);
  return kind;
}
