import { and, eq, exists, gt, inArray, isNull, ne, or, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { isOfLink } from './hints.ts';
import { isUnsettled } from './is-unsettled.ts';
import { type NewLedgerRow, type SettledRow, settleRows } from './ledger-rows.ts';
import { hints, ledger, links } from './schema.ts';

/** Whoever meets a younger creation looks again so soon by itself that it need not be told. */
export const toldAfterMs = 1_000;

/**
 * When the open creation was begun that these rows run into. If it has ended meanwhile it counts as just begun: what is in the
 * way then is looked at again at once.
 */
export async function openCreationSince(
  db: Database,
  pair: string,
  rows: readonly Pick<NewLedgerRow, 'side' | 'creationKey' | 'plannedAt'>[],
): Promise<Date> {
  const keys = rows.flatMap(({ creationKey }) => creationKey ?? []);
  const places = and(eq(ledger.pair, pair), inArray(ledger.side, [...new Set(rows.map(({ side }) => side))]));
  const isOpen = and(isUnsettled(ledger.state), eq(ledger.state, 'planned'), eq(ledger.action, 'create'));
  const [open] = await db
    .select({ since: ledger.plannedAt })
    .from(ledger)
    .where(and(places, isOpen, inArray(ledger.creationKey, keys)))
    .orderBy(ledger.id)
    .limit(1);
  return open?.since ?? rows[0]?.plannedAt ?? new Date();
}

/** As `settleRows`. If the fate of a creation is known now that was open for long, whoever may wait for it is due at once. */
export async function settleRowsAndTell(
  tx: Database,
  pair: string,
  rows: readonly SettledRow[],
  now: Date,
): Promise<void> {
  const settled = await settleRows(tx, rows, now);
  const longOpen = settled.some(
    ({ action, plannedAt }) => action === 'create' && now.getTime() - plannedAt.getTime() >= toldAfterMs,
  );
  if (longOpen) await ringPostponed(tx, pair, now);
}

/**
 * Records without a partner that wait although nothing is wrong with them wait for another couple's creation. One that began to
 * wait at this very moment may be missed: it looks again by itself. So may one whose row somebody else is changing, who is not
 * waited for.
 */
async function ringPostponed(tx: Database, pair: string, now: Date): Promise<void> {
  const lonely = tx
    .select({ one: sql`1` })
    .from(links)
    .where(
      and(
        isOfLink(),
        or(isNull(links.masterId), isNull(links.replicaId)),
        isNull(links.nextAttemptAt),
        // What was given up or asks waits for a person, and at most for its turn to be shown.
        ne(links.state, 'parked'),
      ),
    );
  const isPostponed = and(
    eq(hints.pair, pair),
    gt(hints.dueAt, now),
    isNull(hints.heldUntil),
    // Booked in case a write arrives late.
    ne(hints.trigger, 'look_again'),
    exists(lonely),
  );
  const postponed = tx
    .select({ seq: hints.seq })
    .from(hints)
    .where(isPostponed)
    .for('update', { of: hints, skipLocked: true });
  await tx.update(hints).set({ dueAt: now }).where(inArray(hints.seq, postponed));
}
