import { and, eq, isNull, ne, or } from 'drizzle-orm';
import type { Database } from './database.ts';
import { idsOf, type RecordKey, refOfKey } from './record-refs.ts';
import { moveNotifications } from './notification-rows.ts';
import { AttemptGivenUp, LeaseLost, PairPaused, PartnerBusy } from './pass-errors.ts';
import type { Couple } from './reference-waits.ts';
import { conflicts, ledger, links, pairs } from './schema.ts';

export type Link = typeof links.$inferSelect;
export type LinkChanges = Partial<Omit<typeof links.$inferInsert, 'id' | 'pair' | 'createdAt'>>;

const ofRecord = (record: RecordKey) => {
  const { pair, side, recordId } = refOfKey(record);
  return and(eq(links.pair, pair), eq(side === 'master' ? links.masterId : links.replicaId, recordId));
};

export async function readLink(tx: Database, record: RecordKey): Promise<Link | undefined> {
  const [link] = await tx.select().from(links).where(ofRecord(record));
  return link;
}

export async function lockLink(tx: Database, record: RecordKey): Promise<Link | undefined> {
  const [link] = await tx.select().from(links).where(ofRecord(record)).for('update');
  return link;
}

export async function insertLink(tx: Database, record: RecordKey): Promise<Link> {
  await tx
    .insert(links)
    .values({ pair: record.pair, ...idsOf(refOfKey(record)) })
    .onConflictDoNothing();
  const link = await lockLink(tx, record);
  if (link === undefined) throw new Error('A link that was just stored is not there');
  return link;
}

/** The link of a record that no pass has seen yet, as it would be stored but for its id. */
export function unsavedLink(record: RecordKey, now: Date): Link {
  return {
    id: 0,
    pair: record.pair,
    ...idsOf(refOfKey(record)),
    state: 'new',
    baseMaster: null,
    baseReplica: null,
    versionMaster: null,
    versionReplica: null,
    presumed: null,
    echoDue: null,
    fieldNotes: {},
    statusSent: null,
    statusSeen: null,
    attempts: 0,
    waits: 0,
    nextAttemptAt: null,
    recheckAt: null,
    failure: null,
    answer: null,
    gone: null,
    formerReplicaIds: [],
    loopCountedFrom: null,
    leaseOwner: null,
    leaseToken: null,
    leaseUntil: null,
    revision: 0,
    lastVerdict: null,
    syncedAt: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** Who runs a pass: `owner` is the workflow, `token` this very attempt. */
export interface PassOwner {
  readonly owner: string;
  readonly token: string;
  readonly leaseMs: number;
  /** False as soon as another attempt may have been sent to do the same. */
  readonly isOurs: () => boolean;
}

/**
 * A process that was halted while it waited for the database may have a successor: it must not keep that one waiting, so
 * this is asked at the last moment, and the lease lasts from then on. @throws AttemptGivenUp
 */
export async function takeLease(tx: Database, link: Link, attempt: PassOwner, now: () => Date): Promise<void> {
  if (!attempt.isOurs()) throw new AttemptGivenUp();
  const leaseUntil = new Date(now().getTime() + attempt.leaseMs);
  await tx
    .update(links)
    // What is looked at now is no news any more: an echo that is still to come must not stand for what happens after this.
    .set({ leaseOwner: attempt.owner, leaseToken: attempt.token, leaseUntil, echoDue: null })
    .where(eq(links.id, link.id));
}

export const noLease = { leaseOwner: null, leaseToken: null, leaseUntil: null };

/** A workflow that does not go on with a record: what an attempt of its own has left behind must keep nobody waiting. */
export async function giveBackLease(tx: Database, record: RecordKey, owner: string): Promise<void> {
  await tx
    .update(links)
    .set(noLease)
    .where(and(ofRecord(record), eq(links.leaseOwner, owner)));
}

/** @returns the couple as it is stored; the pass's own copy may be ahead of it. @throws LeaseLost */
export async function confirmLease(tx: Database, link: Link, token: string): Promise<Couple> {
  const { pair, masterId, replicaId, state, leaseToken } = links;
  const [row] = await tx
    .select({ token: leaseToken, pair, masterId, replicaId, state })
    .from(links)
    .where(eq(links.id, link.id))
    .for('update');
  if (row?.token !== token) throw new LeaseLost();
  return row;
}

/** Whether this pass may still write, in one statement. @throws LeaseLost, PairPaused */
export async function confirmWrite(tx: Database, link: Link, token: string): Promise<void> {
  const [row] = await tx
    .select({ token: links.leaseToken, pausedAt: pairs.pausedAt })
    .from(links)
    .leftJoin(pairs, eq(pairs.name, links.pair))
    .where(eq(links.id, link.id))
    .for('update', { of: links });
  if (row?.token !== token) throw new LeaseLost();
  if (row.pausedAt !== null) throw new PairPaused();
}

/** The partner may have had a row of its own while it stood alone: it becomes part of this one, history included. @returns whether there was one */
export async function absorb(
  tx: Database,
  link: Link,
  { masterId, replicaId }: LinkChanges,
  now: Date,
): Promise<boolean> {
  const alone = or(
    masterId == null ? undefined : and(eq(links.masterId, masterId), isNull(links.replicaId)),
    replicaId == null ? undefined : and(eq(links.replicaId, replicaId), isNull(links.masterId)),
  );
  if (alone === undefined) return false;
  const others = await tx
    .select()
    .from(links)
    .where(and(eq(links.pair, link.pair), ne(links.id, link.id), alone))
    .for('update');
  for (const other of others) {
    if (other.leaseUntil !== null && other.leaseUntil > now) throw new PartnerBusy();
    await tx.update(ledger).set({ linkId: link.id }).where(eq(ledger.linkId, other.id));
    await tx.update(conflicts).set({ linkId: link.id }).where(eq(conflicts.linkId, other.id));
    await moveNotifications(tx, other.id, link.id, now);
    await tx.delete(links).where(eq(links.id, other.id));
  }
  return others.length > 0;
}
