import { and, eq, isNull } from 'drizzle-orm';
import type { OpenField } from '../engine/plan.ts';
import { textOfJson } from '../engine/values.ts';
import type { Database } from './database.ts';
import type { Link } from './link-rows.ts';
import { conflicts } from './schema.ts';

export type Conflict = typeof conflicts.$inferSelect;

/** What a pass found out about the couple's conflicts: those that are open, and the fields that it wrote. */
export interface ConflictOutcome {
  readonly open: readonly OpenField[];
  readonly written: ReadonlySet<string>;
}

export const conflictsOf = (tx: Database, linkId: number): Promise<Conflict[]> =>
  tx
    .select()
    .from(conflicts)
    .where(and(eq(conflicts.linkId, linkId), isNull(conflicts.closedAt)))
    .orderBy(conflicts.id);

/** Opens new ones, follows values that moved, and closes those that are settled. */
export async function settleConflicts(tx: Database, link: Link, outcome: ConflictOutcome, now: Date): Promise<void> {
  const known = await conflictsOf(tx, link.id);
  for (const conflict of known) await follow(tx, conflict, outcome, now);
  const fresh = outcome.open.filter(({ field }) => !known.some((conflict) => conflict.field === field));
  if (fresh.length === 0) return;
  await tx
    .insert(conflicts)
    .values(
      fresh.map((open) => ({ linkId: link.id, pair: link.pair, openedAt: now, field: open.field, ...shown(open) })),
    );
}

async function follow(tx: Database, conflict: Conflict, { open, written }: ConflictOutcome, now: Date): Promise<void> {
  const still = open.find(({ field }) => field === conflict.field);
  if (still === undefined) {
    const isResolved = conflict.state === 'decided' && written.has(conflict.field);
    const state = isResolved ? 'resolved' : 'vanished';
    await tx.update(conflicts).set({ state, closedAt: now }).where(eq(conflicts.id, conflict.id));
    return;
  }
  const hasMoved =
    textOfJson(still.values.master) !== textOfJson(conflict.valueMaster) ||
    textOfJson(still.values.replica) !== textOfJson(conflict.valueReplica);
  if (!hasMoved) return;
  // A decision about other values than these is none.
  await tx
    .update(conflicts)
    .set({ ...shown(still), state: 'open', resolution: null, decidedBy: null, decidedAt: null })
    .where(eq(conflicts.id, conflict.id));
}

const shown = ({ values, base }: OpenField) => ({
  valueMaster: values.master,
  valueReplica: values.replica,
  baseMaster: base.master,
  baseReplica: base.replica,
});
