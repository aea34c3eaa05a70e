import { and, eq, isNotNull, min, or, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Database } from './database.ts';
import { circuits, pairs } from './schema.ts';

const isOfPair = () =>
  and(
    isNotNull(circuits.openedAt),
    or(eq(circuits.system, pairs.masterSystem), eq(circuits.system, pairs.replicaSystem)),
  );

/** The open circuits of a pair's systems, as part of a statement. @param pair the column or expression that names it */
export const heldBack = (db: Database, pair: PgColumn | SQL) =>
  db.select({ system: circuits.system }).from(circuits).innerJoin(pairs, isOfPair()).where(eq(pairs.name, pair));

/** When the first of them is asked again, as part of a statement; null: none is open. */
export const nextProbe = (db: Database, pair: PgColumn | SQL) =>
  db
    .select({ at: min(circuits.nextProbeAt) })
    .from(circuits)
    .innerJoin(pairs, isOfPair())
    .where(eq(pairs.name, pair));

/** A pair's row together with the circuits that hold it back: one row for each, or one without. */
export const pairWithCircuits = (db: Database, pair: string) =>
  db.select({ pair: pairs, circuit: circuits }).from(pairs).leftJoin(circuits, isOfPair()).where(eq(pairs.name, pair));
