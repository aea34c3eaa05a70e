import { and, eq, gt, inArray, isNull, ne, sql } from 'drizzle-orm';
import { allowedRemovals, type DeletionBudget } from '../engine/deletion.ts';
import type { RecentWrite } from '../engine/loop.ts';
import type { Database } from './database.ts';
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
    .where(and(eq(ledger.linkId, linkId), inArray(ledger.state, ['planned', 'asked'])))
    .orderBy(ledger.id);

/** What was written to this couple since a time, oldest first. */
export async function writesSince(tx: Database, linkId: number, since: Date): Promise<RecentWrite[]> {
  const rows = await tx
    .select({ field: ledger.field, side: ledger.side, newValue: ledger.newValue })
    .from(ledger)
    .where(
      and(
        eq(ledger.linkId, linkId),
        eq(ledger.action, 'set'),
        eq(ledger.state, 'written'),
        gt(ledger.plannedAt, since),
        ne(ledger.rule, 'created'),
      ),
    )
    .orderBy(ledger.id);
  return rows.flatMap(({ field, side, newValue }) => (field === null ? [] : [{ field, side, newValue }]));
}

export async function insertRows(tx: Database, link: Link, rows: readonly NewLedgerRow[]): Promise<readonly number[]> {
  const stored = await tx
    .insert(ledger)
    .values(rows.map((row) => ({ ...row, linkId: link.id, pair: link.pair })))
    .returning({ id: ledger.id });
  return stored.map(({ id }) => id);
}

export async function settleRows(tx: Database, rows: readonly SettledRow[], now: Date): Promise<void> {
  for (const { id, state } of rows) {
    await tx
      .update(ledger)
      // A row that is asked about is not settled yet.
      .set({ state, settledAt: state === 'asked' ? null : now })
      .where(and(eq(ledger.id, id), isNull(ledger.settledAt)));
  }
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
  const windowStart = new Date(now.getTime() - budget.windowMs);
  const released = row?.removalsCountedFrom ?? windowStart;
  const since = released > windowStart ? released : windowStart;
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
