import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import type { Link } from '../link-rows.ts';
import { hints, ledger, links } from '../schema.ts';
import type { WrittenEntity } from './write-store.ts';

/** How far a row of the portal is from being known to Productive. */
export interface CoupleOfRow {
  readonly link: Link | null;
  /** What waits to be looked at of it, if anything does. */
  readonly hint: typeof hints.$inferSelect | null;
}

export type SyncState = 'synced' | 'pending' | 'failed';

export interface RowSync {
  readonly state: SyncState;
  /** Why it failed, in words. */
  readonly reason: string | null;
  /** What kind of failure or question it is. */
  readonly code: string | null;
  readonly lastSyncedAt: Date | null;
  /** Before this time it is not sent; null: as soon as possible. */
  readonly heldUntil: Date | null;
}

/** @param lock nobody else moves the link until the transaction ends */
export async function coupleOfRow(
  db: Database,
  entity: WrittenEntity,
  id: number,
  { lock }: { readonly lock: boolean } = { lock: false },
): Promise<CoupleOfRow> {
  const wanted = db
    .select()
    .from(links)
    .where(and(eq(links.pair, entity), eq(links.replicaId, String(id))));
  const [link] = lock ? await wanted.for('update') : await wanted;
  const [hint] = await db
    .select()
    .from(hints)
    .where(and(eq(hints.pair, entity), eq(hints.side, 'replica'), eq(hints.recordId, String(id))));
  return { link: link ?? null, hint: hint ?? null };
}

/** @param version the row's own */
export function syncOf({ link, hint }: CoupleOfRow, version: number): RowSync {
  const failure = hasFailed({ link, hint }) ? (link?.failure ?? null) : null;
  const isSynced =
    failure === null && link?.masterId != null && hint === null && link.versionReplica === String(version);
  return {
    state: failure !== null || (link?.state === 'parked' && hint === null) ? 'failed' : isSynced ? 'synced' : 'pending',
    reason: failure?.message ?? null,
    code: failure?.code ?? null,
    lastSyncedAt: link?.syncedAt ?? null,
    heldUntil: hint?.heldUntil ?? null,
  };
}

/** A pass that has failed leaves a hint of its own kind, or none: any other one was given since, and it is tried again. */
const hasFailed = ({ link, hint }: CoupleOfRow): boolean =>
  link?.failure != null && (hint === null || hint.trigger === 'retry');

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
