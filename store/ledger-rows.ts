import { and, eq, gt, inArray, isNull, ne, or, sql } from 'drizzle-orm';
import { allowedRemovals, type DeletionBudget } from '../engine/deletion.ts';
import type { RecentWrite } from '../engine/loop.ts';
import type { Database } from './database.ts';
import { isUnsettled } from './is-unsettled.ts';
import type { Link } from './link-rows.ts';
import { ledger, type LedgerAction, links, pairs } from './schema.ts';

export type LedgerRow = typeof ledger.$inferSelect;
export type NewLedgerRow = Omit<typeof ledger.$inferInsert, 'id' | 'linkId' | 'pair'>;

export interface SettledRow {
  readonly id: number;
  readonly state: 'written' | 'dropped' | 'asked';
}

const removals: LedgerAction[] = ['delete', 'archive'];

/** Rows whose fate is not known yet. */
export const unsettledRows = (tx: Database, linkId: number): Promise<LedgerRow[]> =>
  tx
    .select()
    .from(ledger)
    .where(and(eq(ledger.linkId, linkId), isUnsettled(ledger.state)))
    .orderBy(ledger.id);

/** Rows whose fate is not known yet, and what was written to this couple since a time; oldest first. */
export async function rowsForPass(
  tx: Database,
  linkId: number,
  since: Date,
): Promise<{ readonly planned: readonly LedgerRow[]; readonly recentWrites: readonly RecentWrite[] }> {
  const isRecent = and(
    eq(ledger.action, 'set'),
    eq(ledger.state, 'written'),
    gt(ledger.plannedAt, since),
    ne(ledger.rule, 'created'),
  );
  const rows = await tx
    .select()
    .from(ledger)
    .where(and(eq(ledger.linkId, linkId), or(isUnsettled(ledger.state), isRecent)))
    .orderBy(ledger.id);
  const written = rows.filter(({ state }) => state === 'written');
  return {
    planned: rows.filter(({ state }) => state !== 'written'),
    recentWrites: written.flatMap(({ field, side, newValue }) => (field === null ? [] : [{ field, side, newValue }])),
  };
}

/** What happened after this time counts: the window's start, or when a person had the count begin anew, if that was later. */
export function countedSince(
  { windowMs, countedFrom }: { readonly windowMs: number; readonly countedFrom: Date | null },
  now: Date,
): Date {
  return new Date(Math.max(now.getTime() - windowMs, countedFrom?.getTime() ?? 0));
}

export async function insertRows(tx: Database, link: Link, rows: readonly NewLedgerRow[]): Promise<readonly number[]> {
  const stored = await tx
    .insert(ledger)
    .values(rows.map((row) => ({ ...row, linkId: link.id, pair: link.pair })))
    .returning({ id: ledger.id });
  return stored.map(({ id }) => id);
}

/** @returns what became of unsettled rows: those that were settled before stay as they are */
export async function settleRows(
  tx: Database,
  rows: readonly SettledRow[],
  now: Date,
): Promise<readonly Pick<LedgerRow, 'action' | 'plannedAt'>[]> {
  const settled: Pick<LedgerRow, 'action' | 'plannedAt'>[] = [];
  for (const { id, state } of rows) {
    const changed = await tx
      .update(ledger)
      // A row that is asked about is not settled yet.
      .set({ state, settledAt: state === 'asked' ? null : now })
      .where(and(eq(ledger.id, id), isNull(ledger.settledAt)))
      .returning({ action: ledger.action, plannedAt: ledger.plannedAt });
    settled.push(...changed);
  }
  return settled;
}

/** Passes side by side can't exceed the budget together. */
export async function lockPair(tx: Database, pair: string): Promise<void> {
  await tx.insert(pairs).values({ name: pair }).onConflictDoNothing();
  await tx.select({ name: pairs.name }).from(pairs).where(eq(pairs.name, pair)).for('update');
}

/**
 * Whether the pair may remove one more record. Once the budget is spent its removals are held until a person releases
 * them: time does not.
 */
export async function isRemovalAllowed(
  tx: Database,
  pair: string,
  budget: DeletionBudget,
  now: Date,
): Promise<boolean> {
  const [row] = await tx.select().from(pairs).where(eq(pairs.name, pair));
  if (row !== undefined && row.removalsHeldAt !== null) return false;
  const since = countedSince({ windowMs: budget.windowMs, countedFrom: row?.removalsCountedFrom ?? null }, now);
  const [removed, couples] = [await countRemovals(tx, pair, since), await countCouples(tx, pair)];
  return removed < allowedRemovals(budget, couples);
}

async function countRemovals(tx: Database, pair: string, since: Date): Promise<number> {
  const [row] = await tx
    .select({ count: sql<number>`count(*)`.mapWith(Number) })
    .from(ledger)
    .where(
      and(
        eq(ledger.pair, pair),
        inArray(ledger.action, removals),
        inArray(ledger.state, ['planned', 'written']),
        gt(ledger.plannedAt, since),
        // What a person answered one by one is no flood.
        eq(ledger.rule, 'partner_deleted'),
      ),
    );
  return row?.count ?? 0;
}

async function countCouples(tx: Database, pair: string): Promise<number> {
  const [row] = await tx
    .select({ count: sql<number>`count(*)`.mapWith(Number) })
    .from(links)
    .where(and(eq(links.pair, pair), inArray(links.state, ['linked', 'parked'])));
  return row?.count ?? 0;
}

export async function holdRemovals(tx: Database, pair: string, now: Date): Promise<void> {
  await tx
    .update(pairs)
    .set({ removalsHeldAt: now })
    .where(and(eq(pairs.name, pair), isNull(pairs.removalsHeldAt)));
}
