import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import type { Link } from '../link-rows.ts';
import { isParted } from '../reference-waits.ts';
import { hints, ledger, links } from '../schema.ts';
import type { WrittenEntity } from './write-store.ts';

/** Before this time nobody is told of the row; null: nothing holds it. */
export async function heldUntilOfRow(db: Database, entity: WrittenEntity, id: number): Promise<Date | null> {
  const [hint] = await db
    .select({ heldUntil: hints.heldUntil })
    .from(hints)
    .where(and(eq(hints.pair, entity), eq(hints.side, 'replica'), eq(hints.recordId, String(id))));
  return hint?.heldUntil ?? null;
}

/** The couple that the row is part of. Nobody else moves it until the transaction ends. */
export async function lockCouple(tx: Database, entity: WrittenEntity, id: number): Promise<Link | null> {
  const [link] = await tx
    .select()
    .from(links)
    .where(and(eq(links.pair, entity), eq(links.replicaId, String(id))))
    .for('update');
  return link ?? null;
}

/** Whether the row was part of a couple whose other record is gone. */
export async function isPartedRow(db: Database, entity: WrittenEntity, id: number): Promise<boolean> {
  const [couple] = await db
    .select({ state: links.state })
    .from(links)
    .where(and(eq(links.pair, entity), eq(links.replicaId, String(id))));
  return couple !== undefined && isParted(couple);
}

/** Whether a record may have been made in Productive without our knowing which. */
export async function mayHaveBeenCreated(db: Database, link: Link): Promise<boolean> {
  const rows = await db
    .select({ id: ledger.id })
    .from(ledger)
    .where(and(eq(ledger.linkId, link.id), eq(ledger.action, 'create'), inArray(ledger.state, ['planned', 'asked'])))
    .limit(1);
  return rows.length > 0;
}

/** The portal's records that couples are made of, by the couple's number. */
export async function rowsOfCouples(db: Database, ids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: links.id, replicaId: sql<string | null>`${links.replicaId}` })
    .from(links)
    .where(inArray(links.id, [...ids]));
  return new Map(rows.flatMap(({ id, replicaId }) => (replicaId === null ? [] : [[id, Number(replicaId)] as const])));
}
