import { and, eq, inArray, or, sql } from 'drizzle-orm';
import type { Side } from '../engine/values.ts';
import type { Database } from './database.ts';
import { strongerTrigger } from './insert-hints.ts';
import { type RecordKey, refOfKey } from './record-refs.ts';
import type { Link, LinkChanges } from './link-rows.ts';
import type { HintTrigger } from './hint-classes.ts';
import { hints } from './schema.ts';

/** The hint rows that a pass answers, by the `seq` that it saw before it read anything. */
export interface NotedHint {
  readonly side: Side;
  readonly seq: number;
  readonly trigger: HintTrigger;
}

/** What becomes of the hints that a pass noted, unless a newer one came: deleted, kept until a time, or asked anew. */
export type HintOutcome =
  | { readonly kind: 'done' }
  /** They were not dealt with: they stay as they are, in their place, and are rung as soon as possible. */
  | { readonly kind: 'kept' }
  /** As `kept`, but not rung before. */
  | { readonly kind: 'postponed'; readonly at: Date }
  | { readonly kind: 'due'; readonly at: Date }
  | { readonly kind: 'look_again'; readonly at: Date };

interface Renaming {
  readonly pair: string;
  readonly side: Side;
  readonly from: string | null;
  readonly to: string | null | undefined;
}

const rowOf = (record: RecordKey) => {
  const { pair, side, recordId } = refOfKey(record);
  return and(eq(hints.pair, pair), eq(hints.side, side), eq(hints.recordId, recordId));
};

export async function isHinted(tx: Database, record: RecordKey): Promise<boolean> {
  const rows = await tx.select({ seq: hints.seq }).from(hints).where(rowOf(record));
  return rows.length > 0;
}

/** The row was rung at the wrong door: freed, so that the next sweep rings at the right one. */
export async function freeHint(tx: Database, record: RecordKey): Promise<void> {
  await tx.update(hints).set({ rungAt: null }).where(rowOf(record));
}

export async function noteHints(tx: Database, link: Link): Promise<NotedHint[]> {
  const rowsOf = (side: Side, id: string | null) =>
    id === null ? undefined : and(eq(hints.side, side), eq(hints.recordId, id));
  return tx
    .update(hints)
    .set({ notedSeq: sql`${hints.seq}` })
    .where(and(eq(hints.pair, link.pair), or(rowsOf('master', link.masterId), rowsOf('replica', link.replicaId))))
    .returning({ side: hints.side, seq: hints.seq, trigger: hints.trigger });
}

/**
 * One of the couple's records was replaced by another: what was said about it goes on under the new id, or nobody would
 * look at the couple again if the pass died now.
 */
export async function followReplacement(
  tx: Database,
  { pair, masterId, replicaId }: Link,
  changes: LinkChanges,
): Promise<void> {
  await renameHints(tx, { pair, side: 'master', from: masterId, to: changes.masterId });
  await renameHints(tx, { pair, side: 'replica', from: replicaId, to: changes.replicaId });
}

async function renameHints(tx: Database, { pair, side, from, to }: Renaming): Promise<void> {
  if (from === null || to == null || from === to) return;
  const isFormer = and(eq(hints.pair, pair), eq(hints.side, side), eq(hints.recordId, from));
  const former = await tx.delete(hints).where(isFormer).returning();
  if (former.length === 0) return;
  await tx
    .insert(hints)
    .values(former.map((row) => ({ ...row, recordId: to, rungAt: null })))
    .onConflictDoUpdate({ target: [hints.pair, hints.side, hints.recordId], set: { trigger: strongerTrigger } });
}

export async function settleHints(tx: Database, noted: readonly NotedHint[], outcome: HintOutcome): Promise<void> {
  const seqs = noted.map(({ seq }) => seq);
  if (outcome.kind === 'done') {
    await tx.delete(hints).where(inArray(hints.seq, seqs));
    return;
  }
  if (outcome.kind === 'kept') {
    await tx.update(hints).set({ rungAt: null }).where(inArray(hints.seq, seqs));
    return;
  }
  if (outcome.kind === 'postponed') {
    await tx.update(hints).set({ rungAt: null, dueAt: outcome.at }).where(inArray(hints.seq, seqs));
    return;
  }
  const trigger = outcome.kind === 'look_again' ? 'look_again' : 'retry';
  await tx.update(hints).set({ dueAt: outcome.at, rungAt: null, trigger }).where(inArray(hints.seq, seqs));
}
