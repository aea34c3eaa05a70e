import { and, asc, eq, gt, gte, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Attributes, Json } from '../../engine/values.ts';
import type { Database } from '../database.ts';
import { fromColumn, toColumn } from './column-values.ts';
import { type Entity, type EntityColumn, portalEntities } from './entities.ts';
import { isMarkerTaken, type RefusedWrite, refusedWrite } from './write-refusals.ts';

/** As in `connectors/portal/portal-records.ts`, whose port this is. */
export interface PortalRow {
  readonly id: string;
  readonly version: string;
  readonly modifiedAt: string;
  readonly attributes: Attributes;
}

export type PortalWrite =
  | { readonly kind: 'written'; readonly row: PortalRow }
  | { readonly kind: 'stale' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'exists' }
  | RefusedWrite;

export type RowPosition =
  | { readonly by: 'id'; readonly afterId: string | null }
  | { readonly by: 'modification'; readonly since: string | null; readonly afterId: string | null };

export interface PortalPage {
  readonly rows: readonly PortalRow[];
  readonly isLast: boolean;
  readonly total: number | null;
}

/** Rows of the portal by the names of their attributes, for the connector. Deleted ones are not there. */
export class PortalRecordStore {
  readonly #db: Database;
  readonly #entities = portalEntities();

  constructor(db: Database) {
    this.#db = db;
  }

  attributesOf(name: string): readonly string[] | null {
    const entity = this.#entities.get(name);
    return entity === undefined ? null : [...entity.columns.keys()];
  }

  async read(name: string, id: string): Promise<PortalRow | null> {
    const entity = this.#entity(name);
    const [row] = await this.#select(entity, eq(entity.own.id, Number(id)));
    return row === undefined ? null : rowFrom(entity, row);
  }

  async search(name: string, equal: Attributes, limit: number): Promise<readonly PortalRow[]> {
    const entity = this.#entity(name);
    const conditions = Object.entries(equal).map(([attribute, value]) => equals(entity, attribute, value));
    const rows = await this.#select(entity, and(...conditions)).limit(limit);
    return rows.map((row) => rowFrom(entity, row));
  }

  /** A deleted row with the same marker comes back with its id, so that what refers to it refers to the right record again. */
  async create(name: string, attributes: Attributes): Promise<PortalWrite> {
    const entity = this.#entity(name);
    try {
      const values = valuesOf(entity, attributes);
      const rows = await this.#db.insert(entity.table).values(values).returning(selected(entity));
      return written(entity, rows) ?? { kind: 'gone' };
    } catch (error) {
      return isMarkerTaken(entity, error) ? this.#revive(entity, attributes) : refusedOrThrown(entity, error);
    }
  }

  async update(name: string, id: string, version: string, changes: Attributes): Promise<PortalWrite> {
    const entity = this.#entity(name);
    const { table, own } = entity;
    try {
      const values = valuesOf(entity, changes);
      const isAsRead = and(eq(own.id, Number(id)), eq(own.version, Number(version)), isNull(own.deletedAt));
      const rows = await this.#db.update(table).set(values).where(isAsRead).returning(selected(entity));
      return written(entity, rows) ?? { kind: (await this.read(name, id)) === null ? 'gone' : 'stale' };
    } catch (error) {
      return refusedOrThrown(entity, error);
    }
  }

  async remove(name: string, id: string): Promise<void> {
    const { table, own } = this.#entity(name);
    const isThere = and(eq(own.id, Number(id)), isNull(own.deletedAt));
    await this.#db
      .update(table)
      .set({ deletedAt: sql`now()` })
      .where(isThere);
  }

  async page(name: string, position: RowPosition, limit: number, withTotal: boolean): Promise<PortalPage> {
    const entity = this.#entity(name);
    const { id, modifiedAt } = entity.own;
    const from = positionIn(entity, position);
    const order = position.by === 'id' ? [asc(id)] : [asc(modifiedAt), asc(id)];
    const rows = await this.#select(entity, from)
      .orderBy(...order)
      .limit(limit + 1);
    return {
      rows: rows.slice(0, limit).map((row) => rowFrom(entity, row)),
      isLast: rows.length <= limit,
      total: withTotal ? await this.#db.$count(entity.table, and(isNull(entity.own.deletedAt), from)) : null,
    };
  }

  async ping(): Promise<void> {
    await this.#db.execute(sql`select 1`);
  }

  #select(entity: Entity, condition: SQL | undefined) {
    return this.#db
      .select(selected(entity))
      .from(entity.table)
      .where(and(isNull(entity.own.deletedAt), condition))
      .$dynamic();
  }

  async #revive(entity: Entity, attributes: Attributes): Promise<PortalWrite> {
    const { table, own } = entity;
    const empty = Object.fromEntries([...entity.columns.keys()].map((attribute) => [attribute, null]));
    const values = { ...empty, ...valuesOf(entity, attributes), deletedAt: null };
    const isTheSame = equals(entity, 'productiveId', attributes['productiveId'] ?? null);
    const isTheDeleted = and(isTheSame, isNotNull(own.deletedAt));
    try {
      const rows = await this.#db.update(table).set(values).where(isTheDeleted).returning(selected(entity));
      return written(entity, rows) ?? { kind: 'exists' };
    } catch (error) {
      return refusedOrThrown(entity, error);
    }
  }

  #entity(name: string): Entity {
    const entity = this.#entities.get(name);
    if (entity === undefined) throw new TypeError(`The portal has no ${name}`);
    return entity;
  }
}

/** With the store's own columns under names that no attribute has. */
export function selected({ own, columns }: Entity): Record<string, PgColumn> {
  const attributes = [...columns].map(([attribute, { column }]) => [attribute, column] as const);
  return { ...Object.fromEntries(attributes), ' id': own.id, ' version': own.version, ' modifiedAt': own.modifiedAt };
}

type DriverRow = Readonly<Record<string, unknown>>;

export function rowFrom({ columns }: Entity, row: DriverRow): PortalRow {
  const modifiedAt = row[' modifiedAt'];
  if (!(modifiedAt instanceof Date)) throw new TypeError('a row of the portal without its time');
  const attributes = [...columns].map(
    ([attribute, column]) => [attribute, fromColumn(column, row[attribute])] as const,
  );
  return {
    id: String(row[' id']),
    version: String(row[' version']),
    modifiedAt: modifiedAt.toISOString(),
    attributes: Object.fromEntries(attributes),
  };
}

function written(entity: Entity, [row]: readonly DriverRow[]): PortalWrite | null {
  return row === undefined ? null : { kind: 'written', row: rowFrom(entity, row) };
}

/** @throws UnfitValue */
export function valuesOf(entity: Entity, attributes: Attributes): Record<string, unknown> {
  const entries = Object.entries(attributes).map(
    ([attribute, value]) => [attribute, toColumn(attribute, columnOf(entity, attribute), value)] as const,
  );
  return Object.fromEntries(entries);
}

function equals(entity: Entity, attribute: string, value: Json): SQL {
  const found = columnOf(entity, attribute);
  return value === null ? isNull(found.column) : eq(found.column, toColumn(attribute, found, value));
}

function columnOf({ name, columns }: Entity, attribute: string): EntityColumn {
  const column = columns.get(attribute);
  if (column === undefined) throw new TypeError(`${name} of the portal have no ${attribute}`);
  return column;
}

function positionIn({ own }: Entity, position: RowPosition): SQL | undefined {
  const afterId = position.afterId === null ? null : Number(position.afterId);
  if (position.by === 'id') return afterId === null ? undefined : gt(own.id, afterId);
  if (position.since === null) return undefined;
  const since = new Date(position.since);
  return afterId === null
    ? gte(own.modifiedAt, since)
    : sql`(${own.modifiedAt}, ${own.id}) > (${since.toISOString()}::timestamptz, ${afterId}::bigint)`;
}

function refusedOrThrown(entity: Entity, error: unknown): RefusedWrite {
  const refused = refusedWrite(entity, error);
  if (refused !== null) return refused;
  throw error;
}
