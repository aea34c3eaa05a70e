import { and, eq, inArray, isNull, ne, or, sql } from 'drizzle-orm';
import type { Side } from '../engine/values.ts';
import type { Database } from './database.ts';
import { type RecordKey, refOfKey, replicaKey } from './hints.ts';
import { type HintTrigger, hints, ledger, links, pairs } from './schema.ts';

export type Link = typeof links.$inferSelect;
export type LedgerRow = typeof ledger.$inferSelect;
export type NewLedgerRow = Omit<typeof ledger.$inferInsert, 'id' | 'linkId' | 'pair'>;
export type LinkChanges = Partial<Omit<typeof links.$inferInsert, 'id' | 'pair' | 'createdAt'>>;

/** Another pass has taken this record over: this one must not write any more. Nothing is lost, the hint is still there. */
export class LeaseLost extends Error {
  readonly code = 'lease_lost';
  constructor() {
    super('Another pass has taken over this record');
    this.name = 'LeaseLost';
  }
}

/** The same thing is being created by another record's pass at this moment: look again when that one has ended. */
export class CreationInProgress extends Error {
  readonly code = 'creation_in_progress';
  constructor() {
    super('The same record is being created by another pass');
    this.name = 'CreationInProgress';
  }
}

/** The partner's own pass is still running: look again when it has ended. */
export class PartnerBusy extends Error {
  readonly code = 'partner_busy';
  constructor() {
    super('The partner record is being looked at by its own pass');
    this.name = 'PartnerBusy';
  }
}

/** Who runs the pass: `owner` is the workflow, `token` this very attempt. */
export interface PassOwner {
  readonly owner: string;
  readonly token: string;
  readonly leaseMs: number;
}

/** The hint rows that a pass answers, by the `seq` that it saw before it read anything. */
export interface NotedHint {
  readonly side: Side;
  readonly seq: number;
  readonly trigger: HintTrigger;
}

export type PassStart =
  | {
      readonly kind: 'begun';
      readonly link: Link;
      readonly hints: readonly NotedHint[];
      readonly planned: readonly LedgerRow[];
    }
  /** The record belongs to another workflow by now. */
  | { readonly kind: 'moved'; readonly key: string }
  /** Another workflow holds the record's lease. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'paused'; readonly reason: string }
  /** No hint is waiting: whatever was said has been dealt with. */
  | { readonly kind: 'nothing' };

export interface SettledRow {
  readonly id: number;
  readonly state: 'written' | 'dropped' | 'asked';
}

/** What becomes of the hints that a pass noted, unless a newer one came: deleted, kept until a time, or asked anew. */
export type HintOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'due'; readonly at: Date }
  | { readonly kind: 'look_again'; readonly at: Date };

/** The transactions of one pass. Every one that changes the link confirms the lease first. */
export class PassStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Takes the record's lease and notes its hints, in one transaction. */
  async begin(record: RecordKey, { owner, token, leaseMs }: PassOwner, now: Date): Promise<PassStart> {
    return this.#db.transaction(async (tx): Promise<PassStart> => {
      const paused = await pauseOf(tx, record.pair);
      if (paused !== null) return { kind: 'paused', reason: paused };
      const existing = await findLink(tx, record);
      if (existing === undefined && !(await isHinted(tx, record))) return { kind: 'nothing' };
      const link = existing ?? (await insertLink(tx, record));
      const key = link.masterId ?? replicaKey(link.replicaId ?? '');
      if (key !== record.key) return await handOver(tx, record, key);
      if (link.leaseUntil !== null && link.leaseUntil > now && link.leaseOwner !== owner) return { kind: 'busy' };
      const noted = await noteHints(tx, link);
      if (noted.length === 0) return { kind: 'nothing' };
      const leaseUntil = new Date(now.getTime() + leaseMs);
      await tx.update(links).set({ leaseOwner: owner, leaseToken: token, leaseUntil }).where(eq(links.id, link.id));
      return { kind: 'begun', link, hints: noted, planned: await plannedRows(tx, link.id) };
    });
  }

  /** Right before a write: is this pass still the owner? @throws LeaseLost */
  async confirm(link: Link, token: string): Promise<void> {
    await confirmLease(this.#db, link, token);
  }

  /**
   * Stores what is about to be written, before anything is sent.
   * @returns the ids of the rows, in order. @throws LeaseLost, CreationInProgress
   */
  async plan(link: Link, token: string, rows: readonly NewLedgerRow[]): Promise<readonly number[]> {
    try {
      return await this.#db.transaction(async (tx) => {
        await confirmLease(tx, link, token);
        const stored = await tx
          .insert(ledger)
          .values(rows.map((row) => ({ ...row, linkId: link.id, pair: link.pair })))
          .returning({ id: ledger.id });
        return stored.map(({ id }) => id);
      });
    } catch (error) {
      throw isOpenCreation(error) ? new CreationInProgress() : error;
    }
  }

  /** Records the fate of ledger rows and what the link learned from it. @throws LeaseLost, PartnerBusy */
  async settle(link: Link, token: string, rows: readonly SettledRow[], changes: LinkChanges, now: Date): Promise<void> {
    await this.#db.transaction(async (tx) => {
      await confirmLease(tx, link, token);
      await settleRows(tx, rows, now);
      await absorb(tx, link, changes, now);
      await tx
        .update(links)
        .set({ ...changes, updatedAt: now })
        .where(eq(links.id, link.id));
    });
  }

  /** The pass's last transaction: ledger, link and hints together; gives the lease back. @throws LeaseLost, PartnerBusy */
  async finish(
    link: Link,
    token: string,
    end: {
      readonly rows: readonly SettledRow[];
      readonly changes: LinkChanges;
      readonly noted: readonly NotedHint[];
      readonly hints: HintOutcome;
    },
    now: Date,
  ): Promise<void> {
    await this.#db.transaction(async (tx) => {
      await confirmLease(tx, link, token);
      await settleRows(tx, end.rows, now);
      await absorb(tx, link, end.changes, now);
      await tx
        .update(links)
        .set({
          ...end.changes,
          leaseOwner: null,
          leaseToken: null,
          leaseUntil: null,
          revision: sql`${links.revision} + 1`,
          updatedAt: now,
        })
        .where(eq(links.id, link.id));
      await settleHints(tx, end.noted, end.hints);
    });
  }
}

async function pauseOf(tx: Database, pair: string): Promise<string | null> {
  const [row] = await tx.select().from(pairs).where(eq(pairs.name, pair));
  return row === undefined || row.pausedAt === null ? null : (row.pausedReason ?? 'paused');
}

const ofRecord = (record: RecordKey) => {
  const { pair, side, recordId } = refOfKey(record);
  return and(eq(links.pair, pair), eq(side === 'master' ? links.masterId : links.replicaId, recordId));
};

async function findLink(tx: Database, record: RecordKey): Promise<Link | undefined> {
  const [link] = await tx.select().from(links).where(ofRecord(record)).for('update');
  return link;
}

async function insertLink(tx: Database, record: RecordKey): Promise<Link> {
  const { pair, side, recordId } = refOfKey(record);
  const ids = side === 'master' ? { masterId: recordId } : { replicaId: recordId };
  await tx
    .insert(links)
    .values({ pair, ...ids })
    .onConflictDoNothing();
  const link = await findLink(tx, record);
  if (link === undefined) throw new Error('A link that was just stored is not there');
  return link;
}

async function isHinted(tx: Database, record: RecordKey): Promise<boolean> {
  const { pair, side, recordId } = refOfKey(record);
  const rows = await tx
    .select({ seq: hints.seq })
    .from(hints)
    .where(and(eq(hints.pair, pair), eq(hints.side, side), eq(hints.recordId, recordId)));
  return rows.length > 0;
}

/** The row was rung at the wrong door: freed, so that the next sweep rings at the right one. */
async function handOver(tx: Database, record: RecordKey, key: string): Promise<PassStart> {
  const { pair, side, recordId } = refOfKey(record);
  await tx
    .update(hints)
    .set({ rungAt: null })
    .where(and(eq(hints.pair, pair), eq(hints.side, side), eq(hints.recordId, recordId)));
  return { kind: 'moved', key };
}

async function noteHints(tx: Database, link: Link): Promise<NotedHint[]> {
  const rowsOf = (side: Side, id: string | null) =>
    id === null ? undefined : and(eq(hints.side, side), eq(hints.recordId, id));
  return tx
    .update(hints)
    .set({ notedSeq: sql`${hints.seq}` })
    .where(and(eq(hints.pair, link.pair), or(rowsOf('master', link.masterId), rowsOf('replica', link.replicaId))))
    .returning({ side: hints.side, seq: hints.seq, trigger: hints.trigger });
}

const plannedRows = (tx: Database, linkId: number): Promise<LedgerRow[]> =>
  tx
    .select()
    .from(ledger)
    .where(and(eq(ledger.linkId, linkId), eq(ledger.state, 'planned')))
    .orderBy(ledger.id);

async function confirmLease(tx: Database, link: Link, token: string): Promise<void> {
  const [row] = await tx.select({ token: links.leaseToken }).from(links).where(eq(links.id, link.id)).for('update');
  if (row?.token !== token) throw new LeaseLost();
}

/** The partner may have had a row of its own while it stood alone: it becomes part of this one, history included. */
async function absorb(tx: Database, link: Link, { masterId, replicaId }: LinkChanges, now: Date): Promise<void> {
  const alone = or(
    masterId == null ? undefined : and(eq(links.masterId, masterId), isNull(links.replicaId)),
    replicaId == null ? undefined : and(eq(links.replicaId, replicaId), isNull(links.masterId)),
  );
  if (alone === undefined) return;
  const others = await tx
    .select()
    .from(links)
    .where(and(eq(links.pair, link.pair), ne(links.id, link.id), alone))
    .for('update');
  for (const other of others) {
    if (other.leaseUntil !== null && other.leaseUntil > now) throw new PartnerBusy();
    await tx.update(ledger).set({ linkId: link.id }).where(eq(ledger.linkId, other.id));
    await tx.delete(links).where(eq(links.id, other.id));
  }
}

async function settleRows(tx: Database, rows: readonly SettledRow[], now: Date): Promise<void> {
  for (const { id, state } of rows) {
    await tx
      .update(ledger)
      .set({ state, settledAt: now })
      .where(and(eq(ledger.id, id), isNull(ledger.settledAt)));
  }
}

async function settleHints(tx: Database, noted: readonly NotedHint[], outcome: HintOutcome): Promise<void> {
  const seqs = noted.map(({ seq }) => seq);
  if (outcome.kind === 'done') {
    await tx.delete(hints).where(inArray(hints.seq, seqs));
    return;
  }
  const trigger = outcome.kind === 'look_again' ? 'look_again' : 'retry';
  await tx.update(hints).set({ dueAt: outcome.at, rungAt: null, trigger }).where(inArray(hints.seq, seqs));
}

/** Drizzle wraps the driver's error; both drivers name the violated index in `constraint`. */
function isOpenCreation(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('constraint' in cause && cause.constraint === 'ledger_open_creation') return true;
  }
  return false;
}
