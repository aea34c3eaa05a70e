import { and, eq, inArray, or, sql } from 'drizzle-orm';
import type { UnlinkedTarget } from '../engine/reference.ts';
import type { Side } from '../engine/values.ts';
import type { Database } from './database.ts';
import { backgroundTriggers, type HintTrigger } from './hint-classes.ts';
import { HintStore } from './hints.ts';
import type { CoupleIds, RecordRef } from './record-refs.ts';
import { links, type LinkState, referenceWaits } from './schema.ts';

/** What of a link's row says whether others may point to its couple. */
export interface Couple extends CoupleIds {
  readonly pair: string;
  readonly state: LinkState;
}

/** A couple by the names that others have for it. */
type NamedCouple = CoupleIds & { readonly pair: string };

export const partedStates: LinkState[] = ['unlinked', 'deleted'];

/** Whether a reference to the couple can be followed on both sides. */
export const isTogether = ({ masterId, replicaId, state }: Couple): boolean =>
  masterId !== null && replicaId !== null && !partedStates.includes(state);

/** Whether the couple was parted, or its only record went before it had a partner. */
export const isParted = ({ state }: Pick<Couple, 'state'>): boolean => partedStates.includes(state);

/** Whether those who wait for the couple have to look again: it can be pointed to now, or is known never to be. */
export function isNews(before: Couple, after: Couple): boolean {
  if (isParted(after)) return !isParted(before);
  const isSame = after.masterId === before.masterId && after.replicaId === before.replicaId;
  return isTogether(after) && !(isSame && isTogether(before));
}

/** A record that is waited for, and what was seen of it. */
export type WaitedFor = RecordRef & Pick<UnlinkedTarget, 'why'>;

export interface Waits {
  readonly linkId: number;
  readonly targets: readonly WaitedFor[];
  /** Of the hints for targets that nobody has looked at so far. */
  readonly trigger: HintTrigger;
}

/**
 * Stores what a couple waits for, instead of what it waited for before. A target that nobody knows is looked at: the system
 * that has it may never report it by itself.
 * @returns whether one of them has become a couple by now, or is gone: whoever did that may not have seen this
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
    unknown.map(({ pair: of, side, recordId }) => ({ pair: of, side, recordId, trigger })),
    now,
  );
  return targets.some((target) => known.some((couple) => isCoupleOf(couple, target) && isOtherwise(target, couple)));
}

/** Whether the couple is not what was seen of it. */
export const isOtherwise = ({ why }: WaitedFor, couple: Couple): boolean =>
  isTogether(couple) || (why === 'unlinked' && isParted(couple));

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

/** Has all who wait for these couples looked at, in the transaction that made them couples or parted them. The sweeper rings. */
export async function ringWaiting(tx: Database, couples: readonly NamedCouple[], now: Date): Promise<void> {
  const targets = couples.flatMap(({ pair, masterId, replicaId }) => [
    ...refOf(pair, 'master', masterId),
    ...refOf(pair, 'replica', replicaId),
  ]);
  if (targets.length === 0) return;
  await lockTargets(tx, targets);
  const { pair, side, recordId } = referenceWaits;
  const given = JSON.stringify(targets.map((target) => [target.pair, target.side, target.recordId]));
  const rows = sql`select given->>0, given->>1, given->>2 from jsonb_array_elements(${given}::jsonb) as given`;
  const waiting = await tx
    .delete(referenceWaits)
    .where(sql`(${pair}, ${side}, ${recordId}) in (${rows})`)
    .returning({ linkId: referenceWaits.linkId });
  if (waiting.length === 0) return;
  const ids = [...new Set(waiting.map(({ linkId }) => linkId))];
  const found = await tx
    .select({ pair: links.pair, masterId: links.masterId, replicaId: links.replicaId })
    .from(links)
    .where(inArray(links.id, ids));
  await new HintStore(tx).addUnrung(found.flatMap(hintOf), now);
}

const refOf = (pair: string, side: Side, recordId: string | null): RecordRef[] =>
  recordId === null ? [] : [{ pair, side, recordId }];

const hintOf = ({ pair, masterId, replicaId }: NamedCouple) =>
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
