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
  for (const conflict of known) {
    const changes = changesTo(conflict, outcome, now);
    if (changes !== null) await tx.update(conflicts).set(changes).where(eq(conflicts.id, conflict.id));
  }
  const fresh = newConflicts(link, known, outcome, now);
  if (fresh.length > 0) await tx.insert(conflicts).values(fresh);
}

/** What becomes of a conflict that is not closed yet; null: it stays as it is. */
export function changesTo(
  conflict: Conflict,
  { open, written }: ConflictOutcome,
  now: Date,
): Partial<Omit<Conflict, 'id'>> | null {
  const still = open.find(({ field }) => field === conflict.field);
  if (still === undefined) {
    const isResolved = conflict.state === 'decided' && written.has(conflict.field);
    return { state: isResolved ? 'resolved' : 'vanished', closedAt: now };
  }
  const hasMoved =
    textOfJson(still.values.master) !== textOfJson(conflict.valueMaster) ||
    textOfJson(still.values.replica) !== textOfJson(conflict.valueReplica);
  // A decision about other values than these is none.
  return hasMoved ? { ...shown(still), ...undecided } : null;
}

/** Those of the outcome that are not known yet. */
export const newConflicts = (
  { id: linkId, pair }: Pick<Link, 'id' | 'pair'>,
  known: readonly Conflict[],
  { open }: ConflictOutcome,
  now: Date,
): Omit<Conflict, 'id'>[] =>
  open
    .filter(({ field }) => !known.some((conflict) => conflict.field === field))
    .map((one) => ({ linkId, pair, field: one.field, ...shown(one), ...undecided, openedAt: now, closedAt: null }));

const undecided = { state: 'open', resolution: null, decidedBy: null, decidedAt: null } as const;

const shown = ({ values, base }: OpenField) => ({
  valueMaster: values.master,
  valueReplica: values.replica,
  baseMaster: base.master,
  baseReplica: base.replica,
});
