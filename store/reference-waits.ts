import { and, eq, inArray, or, sql } from 'drizzle-orm';
import type { Side } from '../engine/values.ts';
import type { Database } from './database.ts';
import { backgroundTriggers, type HintTrigger } from './hint-classes.ts';
import { type CoupleIds, HintStore, type RecordRef } from './hints.ts';
import { links, type LinkState, referenceWaits } from './schema.ts';

/** What of a link's row says whether others may point to its couple. */
export interface Couple extends CoupleIds {
  readonly pair: string;
  readonly state: LinkState;
}

const apart: LinkState[] = ['unlinked', 'deleted'];

/** Whether a reference to the couple can be followed on both sides. */
export const isTogether = ({ masterId, replicaId, state }: Couple): boolean =>
  masterId !== null && replicaId !== null && !apart.includes(state);

export interface Waits {
  readonly linkId: number;
  readonly targets: readonly RecordRef[];
  /** Of the hints for targets that nobody has looked at so far. */
  readonly trigger: HintTrigger;
}

/**
 * Stores what a couple waits for, instead of what it waited for before. A target that nobody knows is looked at: the system
 * that has it may never report it by itself.
 * @returns whether one of them has become a couple by now: whoever made it one may not have seen this
 */
export async function storeWaits(tx: Database, { linkId, targets, trigger }: Waits, now: Date): Promise<boolean> {
  await tx.delete(referenceWaits).where(eq(referenceWaits.linkId, linkId));
  if (targets.length === 0) return false;
  await lockTargets(tx, targets);
  const rows = targets.map(({ pair, side, recordId }) => ({ linkId, pair, side, recordId }));
  await tx.insert(referenceWaits).values(rows).onConflictDoNothing();
  const { pair, masterId, replicaId, state } = links;
  const known = await tx
    .select({ pair, masterId, replicaId, state })
    .from(links)
    .where(or(...targets.map(isTarget)));
  const unknown = targets.filter((target) => !known.some((couple) => isCoupleOf(couple, target)));
  await new HintStore(tx).addUnrung(
    unknown.map((target) => ({ ...target, trigger })),
    now,
  );
  return known.some(isTogether);
}

const isTarget = ({ pair, side, recordId }: RecordRef) =>
  and(eq(links.pair, pair), eq(side === 'master' ? links.masterId : links.replicaId, recordId));

/** Whether a couple is the one that is waited for. */
export const isCoupleOf = ({ pair, masterId, replicaId }: Omit<Couple, 'state'>, target: RecordRef): boolean =>
  pair === target.pair && target.recordId === (target.side === 'master' ? masterId : replicaId);

/** How urgent it is to look at what a look of these hints waits for: no more than what asked for that one. */
export function triggerOfTargets(noted: readonly { readonly trigger: HintTrigger }[]): HintTrigger {
  const [first] = noted.map(({ trigger }) => trigger);
  const isBackground = noted.every(({ trigger }) => backgroundTriggers.includes(trigger));
  return first !== undefined && isBackground ? first : 'retry';
}

/** Has all who wait for this couple looked at, in the transaction that made it one. The sweeper rings. */
export async function ringWaiting(tx: Database, { pair, masterId, replicaId }: Couple, now: Date): Promise<void> {
  const targets = [refOf(pair, 'master', masterId), refOf(pair, 'replica', replicaId)].flat();
  await lockTargets(tx, targets);
  const isWaitedFor = or(
    ...targets.map((target) => and(eq(referenceWaits.side, target.side), eq(referenceWaits.recordId, target.recordId))),
  );
  const waiting = await tx
    .delete(referenceWaits)
    .where(and(eq(referenceWaits.pair, pair), isWaitedFor))
    .returning({ linkId: referenceWaits.linkId });
  if (waiting.length === 0) return;
  const ids = [...new Set(waiting.map(({ linkId }) => linkId))];
  const rows = await tx
    .select({ pair: links.pair, masterId: links.masterId, replicaId: links.replicaId })
    .from(links)
    .where(inArray(links.id, ids));
  await new HintStore(tx).addUnrung(rows.flatMap(hintOf), now);
}

const refOf = (pair: string, side: Side, recordId: string | null): RecordRef[] =>
  recordId === null ? [] : [{ pair, side, recordId }];

const hintOf = ({ pair, masterId, replicaId }: CoupleIds & { readonly pair: string }) =>
  (masterId === null ? refOf(pair, 'replica', replicaId) : refOf(pair, 'master', masterId)).map((ref) => ({
    ...ref,
    trigger: 'retry' as const,
  }));

/**
 * Who begins to wait for a record and who makes it a couple do not miss each other: one is done before the other looks.
 * In one order for everybody. Held until the transaction ends.
 */
async function lockTargets(tx: Database, targets: readonly RecordRef[]): Promise<void> {
  const names = targets.map(({ pair, side, recordId }) => JSON.stringify(['reference', pair, side, recordId])).sort();
  await tx.execute(sql`
    select pg_advisory_xact_lock(hashtextextended(name, 0))
    from jsonb_array_elements_text(${JSON.stringify(names)}::jsonb) with ordinality as given(name, place) order by place`);
}
