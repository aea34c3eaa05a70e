import { eq, sql } from 'drizzle-orm';
import type { CircuitCode } from '../engine/circuit.ts';
import { type DefinitionText, isSameDefinition } from '../engine/definition-text.ts';
import type { DeletionBudget } from '../engine/deletion.ts';
import type { RecentWrite } from '../engine/loop.ts';
import { type Conflict, type ConflictOutcome, conflictsOf, settleConflicts } from './conflict-rows.ts';
import { pairWithCircuits } from './circuit-rows.ts';
import { openCreationSince, settleRowsAndTell } from './creation-waits.ts';
import type { Database } from './database.ts';
import {
  followReplacement,
  freeHint,
  type HintOutcome,
  isHinted,
  noteHints,
  type NotedHint,
  settleHints,
} from './hint-rows.ts';
import { HintStore } from './hints.ts';
import { keyOf, type RecordKey, refOfKey } from './record-refs.ts';
import {
  countedSince,
  holdRemovals,
  insertRows,
  isRemovalAllowed,
  type LedgerRow,
  lockPair,
  type NewLedgerRow,
  rowsForPass,
  type SettledRow,
  unsettledRows,
} from './ledger-rows.ts';
import {
  absorb,
  confirmLease,
  confirmWrite,
  insertLink,
  type Link,
  type LinkChanges,
  lockLink,
  readLink,
  giveBackLease,
  noLease,
  type PassOwner,
  takeLease,
} from './link-rows.ts';
import { addNotification, type NewNotification, resolveNotifications } from './notification-rows.ts';
import { CreationInProgress } from './pass-errors.ts';
import {
  type Couple,
  isNews,
  ringWaiting,
  storeWaits,
  triggerOfTargets,
  type WaitedFor,
  type Waits,
} from './reference-waits.ts';
import { links } from './schema.ts';

/** What the pass goes by: a store that has accepted another definition lets it write nothing. */
export interface PassRules {
  readonly definition: DefinitionText;
  readonly loopWindowMs: number;
}

/** What the store knows of a couple when a pass begins. */
export interface KnownCouple {
  readonly link: Link;
  readonly planned: readonly LedgerRow[];
  readonly conflicts: readonly Conflict[];
  /** Of the loop's window, oldest first. */
  readonly recentWrites: readonly RecentWrite[];
}

export type PassStart =
  | ({ readonly kind: 'begun'; readonly hints: readonly NotedHint[] } & KnownCouple)
  /** The record belongs to another workflow by now. */
  | { readonly kind: 'moved'; readonly key: string }
  /** Another workflow holds the record's lease. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'paused'; readonly reason: string }
  /** One of the pair's systems is in trouble: nothing is asked of either. */
  | { readonly kind: 'held_back'; readonly system: string; readonly code: CircuitCode }
  /** No hint is waiting: whatever was said has been dealt with. */
  | { readonly kind: 'nothing' };

/** How a pass ends. */
export interface PassEnd {
  readonly rows: readonly SettledRow[];
  readonly changes: LinkChanges;
  /** Null: it has not looked far enough to say. */
  readonly conflicts: ConflictOutcome | null;
  readonly noted: readonly NotedHint[];
  readonly hints: HintOutcome;
  /** What somebody should hear of. */
  readonly notification?: NewNotification | null;
  /** The records that have to become couples before the pass could do more; missing: those of before stay. */
  readonly waitsFor?: readonly WaitedFor[];
}

/** The transactions of one pass. Every one that changes the link confirms the lease first. */
export class PassStore {
  readonly #db: Database;
  readonly #isReferenced: (pair: string) => boolean;

  /** @param isReferenced whether records of other pairs, or its own, point to this one's */
  constructor(db: Database, isReferenced: (pair: string) => boolean = () => true) {
    this.#db = db;
    this.#isReferenced = isReferenced;
  }

  /** Takes the record's lease and notes its hints, in one transaction. @throws AttemptGivenUp */
  async begin(record: RecordKey, attempt: PassOwner, rules: PassRules, now: () => Date): Promise<PassStart> {
    const { owner } = attempt;
    return this.#db.transaction(async (tx): Promise<PassStart> => {
      const stop = await stopOf(tx, record.pair, rules.definition);
      if (stop?.kind === 'held_back') await freeHint(tx, record);
      if (stop !== null) {
        await giveBackLease(tx, record, owner);
        return stop;
      }
      const existing = await lockLink(tx, record);
      if (existing === undefined && !(await isHinted(tx, record))) return { kind: 'nothing' };
      const link = existing ?? (await insertLink(tx, record));
      const key = keyOf(link);
      if (key !== record.key) {
        await freeHint(tx, record);
        await giveBackLease(tx, record, owner);
        return { kind: 'moved', key };
      }
      if (link.leaseUntil !== null && link.leaseUntil > now() && link.leaseOwner !== owner) return { kind: 'busy' };
      const noted = await noteHints(tx, link);
      if (noted.length === 0) return { kind: 'nothing' };
      const known = await knownOf(tx, link, rules, now());
      await takeLease(tx, link, attempt, now);
      return { kind: 'begun', hints: noted, ...known };
    });
  }

  /** What a pass would begin with, for looking only: takes no lease and notes no hint. Null: the record is not known. */
  async peek(record: RecordKey, rules: PassRules, now: Date): Promise<KnownCouple | null> {
    const link = await readLink(this.#db, record);
    return link === undefined ? null : knownOf(this.#db, link, rules, now);
  }

  /** Right before a write: is this pass still the owner, and may its pair write? @throws LeaseLost, PairPaused */
  async confirm(link: Link, token: string): Promise<void> {
    await confirmWrite(this.#db, link, token);
  }

  /**
   * Stores what is about to be written, before anything is sent.
   * @returns the ids of the rows, in order. @throws LeaseLost, CreationInProgress
   */
  async plan(link: Link, token: string, rows: readonly NewLedgerRow[]): Promise<readonly number[]> {
    try {
      return await this.#db.transaction(async (tx) => {
        await confirmLease(tx, link, token);
        return insertRows(tx, link, rows);
      });
    } catch (error) {
      if (!isOpenCreation(error)) throw error;
      throw new CreationInProgress(await openCreationSince(this.#db, link.pair, rows));
    }
  }

  /**
   * As `plan`, for the removal of a record, if the budget allows one more; without one a person has approved it.
   * @returns null if it does not: from here on the pair's removals are held. @throws LeaseLost
   */
  async planRemoval(
    link: Link,
    token: string,
    row: NewLedgerRow,
    budget: DeletionBudget | null,
    now: Date,
  ): Promise<number | null> {
    return this.#db.transaction(async (tx) => {
      await confirmLease(tx, link, token);
      await lockPair(tx, link.pair);
      if (budget !== null && !(await isRemovalAllowed(tx, link.pair, budget, now))) {
        await holdRemovals(tx, link.pair, now);
        return null;
      }
      const [stored] = await insertRows(tx, link, [row]);
      return stored ?? null;
    });
  }

  /** Whether `planRemoval` would be allowed at this moment. */
  async mayRemove(pair: string, budget: DeletionBudget, now: Date): Promise<boolean> {
    return isRemovalAllowed(this.#db, pair, budget, now);
  }

  /**
   * Records the fate of ledger rows and what the link learned from it. Hints of a record that was replaced follow.
   * @returns rows of unknown fate that came with a partner's row, which is part of this link now
   * @throws LeaseLost, PartnerBusy
   */
  async settle(
    link: Link,
    token: string,
    rows: readonly SettledRow[],
    changes: LinkChanges,
    now: Date,
  ): Promise<readonly LedgerRow[]> {
    return this.#db.transaction(async (tx) => {
      const before = await confirmLease(tx, link, token);
      await settleRowsAndTell(tx, link.pair, rows, now);
      const hasAbsorbed = await absorb(tx, link, changes, now);
      await followReplacement(tx, link, changes);
      await tx
        .update(links)
        .set({ ...changes, updatedAt: now })
        .where(eq(links.id, link.id));
      await this.#tellWhoWaits(tx, before, changes, now);
      return hasAbsorbed ? unsettledRows(tx, link.id) : [];
    });
  }

  /** The pass's last transaction: ledger, link, conflicts and hints together; gives the lease back. @throws LeaseLost, PartnerBusy */
  async finish(link: Link, token: string, end: PassEnd, now: Date): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const before = await confirmLease(tx, link, token);
      await settleRowsAndTell(tx, link.pair, end.rows, now);
      await absorb(tx, link, end.changes, now);
      if (end.conflicts !== null) await settleConflicts(tx, link, end.conflicts, now);
      await tx
        .update(links)
        .set({
          ...end.changes,
          ...noLease,
          revision: sql`${links.revision} + 1`,
          updatedAt: now,
        })
        .where(eq(links.id, link.id));
      await settleHints(tx, end.noted, end.hints);
      await this.#tellWhoWaits(tx, before, end.changes, now);
      const isThere = end.waitsFor !== undefined && (await storeWaits(tx, waitsOf(link, end, end.waitsFor), now));
      if (isThere) {
        const key = keyOf(coupleAfter(before, end.changes));
        await new HintStore(tx).addUnrung([{ ...refOfKey({ pair: link.pair, key }), trigger: 'retry' }], now);
      }
      if (link.failure !== null && end.changes.failure === null) await resolveNotifications(tx, link.id, now);
      if (end.notification != null) await addNotification(tx, end.notification, now);
    });
  }

  /** Others may have waited for this couple to be one, or wait in vain from now on. */
  async #tellWhoWaits(tx: Database, before: Couple, changes: LinkChanges, now: Date): Promise<void> {
    if (!this.#isReferenced(before.pair)) return;
    const after = coupleAfter(before, changes);
    if (isNews(before, after)) await ringWaiting(tx, [after], now);
  }
}

const waitsOf = ({ id: linkId }: Link, { noted }: PassEnd, targets: readonly WaitedFor[]): Waits => ({
  linkId,
  targets,
  trigger: triggerOfTargets(noted),
});

const coupleAfter = (before: Couple, { masterId, replicaId, state }: LinkChanges): Couple => ({
  pair: before.pair,
  masterId: masterId === undefined ? before.masterId : masterId,
  replicaId: replicaId === undefined ? before.replicaId : replicaId,
  state: state ?? before.state,
});

type Stop = Extract<PassStart, { readonly kind: 'paused' | 'held_back' }>;

/** Whatever keeps the whole pair from being looked at, in one query. */
async function stopOf(tx: Database, name: string, definition: DefinitionText): Promise<Stop | null> {
  const [row] = await pairWithCircuits(tx, name);
  if (row === undefined) return null;
  const { pair, circuit } = row;
  if (pair.pausedAt !== null) return { kind: 'paused', reason: pair.pausedReason ?? 'paused' };
  const isAccepted = pair.definition === null || isSameDefinition(pair.definition, definition);
  if (!isAccepted) return { kind: 'paused', reason: 'the definition has changed' };
  return circuit === null ? null : { kind: 'held_back', system: circuit.system, code: circuit.code };
}

async function knownOf(tx: Database, link: Link, { loopWindowMs }: PassRules, now: Date): Promise<KnownCouple> {
  const since = countedSince({ windowMs: loopWindowMs, countedFrom: link.loopCountedFrom }, now);
  return { link, ...(await rowsForPass(tx, link.id, since)), conflicts: await conflictsOf(tx, link.id) };
}

/** Drizzle wraps the driver's error; both drivers name the violated index in `constraint`. */
function isOpenCreation(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('constraint' in cause && cause.constraint === 'ledger_open_creation') return true;
  }
  return false;
}
