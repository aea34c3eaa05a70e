/* eslint-disable @typescript-eslint/require-await -- what takes time in reality only throws here, as a promise that fails */
import type { SyncDependencies } from '../../activities/dependencies.ts';
import { allowedRemovals } from '../../engine/deletion.ts';
import type { Answer } from '../../engine/question.ts';
import type { Resolution } from '../../engine/resolution.ts';
import type { Side } from '../../engine/values.ts';
import { changesTo, type Conflict, type ConflictOutcome, newConflicts } from '../../store/conflict-rows.ts';
import { toldAfterMs } from '../../store/creation-waits.ts';
import type { HintOutcome, NotedHint } from '../../store/hint-rows.ts';
import { isMoreUrgent } from '../../store/insert-hints.ts';
import { type Hint, keyOf, type RecordKey, type RecordRef, refOfKey, replicaKey } from '../../store/record-refs.ts';
import { openCreationsIn } from '../../store/links.ts';
import { countedSince, type LedgerRow, type NewLedgerRow, type SettledRow } from '../../store/ledger-rows.ts';
import { type Link, type LinkChanges, unsavedLink } from '../../store/link-rows.ts';
import { AttemptGivenUp, CreationInProgress, LeaseLost, PartnerBusy } from '../../store/pass-errors.ts';
import type { KnownCouple, PassRules } from '../../store/passes.ts';
import {
  isCoupleOf,
  isNews,
  isOtherwise,
  isParted,
  triggerOfTargets,
  type WaitedFor,
} from '../../store/reference-waits.ts';
import type { HintTrigger } from '../../store/schema.ts';
import type { WorldStore } from './world-store.ts';

interface HintRow {
  readonly pair: string;
  side: Side;
  recordId: string;
  seq: number;
  trigger: HintTrigger;
  dueAtMs: number;
}

const copied = <T>(value: T): T => structuredClone(value);

/** The rows of all pairs. */
export class ModelTables {
  readonly links: Link[] = [];
  readonly ledger: LedgerRow[] = [];
  readonly conflicts: Conflict[] = [];
  hints: HintRow[] = [];
  waits: (RecordRef & { readonly linkId: number })[] = [];
  #sequence = 0;

  next(): number {
    this.#sequence += 1;
    return this.#sequence;
  }
}

/**
 * The store in memory, row for row as the tables: thousands of passes a second. That it behaves like the real one is
 * what the same campaigns on PGlite are for. It shows one pair; several may share their tables.
 */
export class ModelStore implements WorldStore {
  readonly #tables: ModelTables;
  readonly #pair: string;
  #heldAt: Date | null = null;
  #countedFrom: Date | null = null;
  readonly #now: () => Date;

  constructor(pair: string, now: () => Date, tables = new ModelTables()) {
    this.#pair = pair;
    this.#now = now;
    this.#tables = tables;
  }

  get #links(): readonly Link[] {
    return this.#tables.links.filter(({ pair }) => pair === this.#pair);
  }

  get #ledger(): readonly LedgerRow[] {
    return this.#tables.ledger.filter(({ pair }) => pair === this.#pair);
  }

  get #conflicts(): readonly Conflict[] {
    return this.#tables.conflicts.filter(({ pair }) => pair === this.#pair);
  }

  get #hints(): readonly HintRow[] {
    return this.#tables.hints.filter(({ pair }) => pair === this.#pair);
  }

  async hint(hint: Omit<Hint, 'pair'>): Promise<void> {
    this.#hint({ pair: this.#pair, ...hint });
  }

  async dueKeys(): Promise<string[]> {
    const due = this.#hints.filter(({ dueAtMs }) => dueAtMs <= this.#now().getTime());
    return [...new Set(due.map(({ side, recordId }) => this.#ownerOf(side, recordId)))];
  }

  async links(): Promise<readonly Link[]> {
    return copied(this.#links);
  }

  async ledger(): Promise<readonly LedgerRow[]> {
    return copied(this.#ledger);
  }

  async conflicts(): Promise<readonly Conflict[]> {
    return copied(this.#conflicts);
  }

  async decide(id: number, resolution: Resolution): Promise<void> {
    const conflict = this.#conflicts.find((row) => row.id === id && row.closedAt === null);
    if (conflict === undefined) return;
    Object.assign(conflict, { state: 'decided', resolution, decidedBy: 'anna', decidedAt: this.#now() });
  }

  async answer(linkId: number, answer: Answer): Promise<void> {
    const link = this.#links.find(({ id }) => id === linkId);
    if (link !== undefined) link.answer = { answer, by: 'anna', at: this.#now().toISOString() };
  }

  async releaseRemovals(): Promise<void> {
    this.#heldAt = null;
    this.#countedFrom = this.#now();
  }

  readonly linkStore: SyncDependencies['links'] = {
    taken: async (_pair, side, ids, exceptLinkId) => {
      const [own, partner] =
        side === 'master' ? (['masterId', 'replicaId'] as const) : (['replicaId', 'masterId'] as const);
      const taken = this.#links.filter((link) => link.id !== exceptLinkId && link[partner] !== null);
      return new Set(taken.flatMap((link) => (ids.includes(link[own] ?? '') ? [link[own] ?? ''] : [])));
    },
    openCreations: async (_pair, side, exceptLinkId) => {
      const rows = this.#ledger.flatMap((row) => {
        const link = this.#links.find(({ id }) => id === row.linkId);
        const isOpen = row.side === side && (row.state === 'planned' || row.state === 'asked');
        const isMissing = (side === 'master' ? link?.masterId : link?.replicaId) === null;
        if (link === undefined || link.id === exceptLinkId || !isOpen || !isMissing) return [];
        return [{ ...row, of: link.masterId ?? link.replicaId ?? '' }];
      });
      return openCreationsIn(rows);
    },
    witnesses: async (_pair, side, exceptLinkId, limit) =>
      this.#links
        .filter(({ id, state }) => id !== exceptLinkId && state === 'linked')
        .flatMap((link) => (side === 'master' ? link.masterId : link.replicaId) ?? [])
        .slice(0, limit),
    couplesOf: async (side, records) =>
      this.#couples().filter(({ pair, masterId, replicaId }) =>
        records.some((one) => one.pair === pair && one.id === (side === 'master' ? masterId : replicaId)),
      ),
    couples: async (ids) => this.#couples().filter(({ id }) => ids.includes(id)),
  };

  readonly passes: SyncDependencies['passes'] = {
    begin: async (record, { owner, token, leaseMs, isOurs }, rules, clock) => {
      const now = clock();
      const { side, recordId } = refOfKey(record);
      const existing = this.#find(side, recordId);
      const isHinted = this.#hints.some((row) => row.side === side && row.recordId === recordId);
      if (existing === undefined && !isHinted) return { kind: 'nothing' };
      const link = existing ?? this.#insert(record, now);
      const key = keyOf(link);
      if (key !== record.key) return { kind: 'moved', key };
      if (link.leaseUntil !== null && link.leaseUntil > now && link.leaseOwner !== owner) return { kind: 'busy' };
      if (!isOurs()) throw new AttemptGivenUp();
      const hints = this.#note(link);
      if (hints.length === 0) return { kind: 'nothing' };
      const leaseUntil = new Date(now.getTime() + leaseMs);
      Object.assign(link, { leaseOwner: owner, leaseToken: token, leaseUntil });
      return { kind: 'begun', hints, ...this.#known(link, rules, now) };
    },
    peek: async (record, rules, now) => {
      const { side, recordId } = refOfKey(record);
      const link = this.#find(side, recordId);
      return link === undefined ? null : this.#known(link, rules, now);
    },
    confirm: async ({ id }, token) => {
      this.#confirmed(id, token);
    },
    plan: async ({ id }, token, rows) => {
      const link = this.#confirmed(id, token);
      return this.#append(link, rows);
    },
    planRemoval: async ({ id }, token, row, budget, now) => {
      const link = this.#confirmed(id, token);
      if (budget !== null && !this.#mayRemove(budget, now)) {
        this.#heldAt ??= now;
        return null;
      }
      return this.#append(link, [row])[0] ?? null;
    },
    mayRemove: async (_pair, budget, now) => this.#mayRemove(budget, now),
    settle: async ({ id }, token, rows, changes, now) => {
      const link = this.#confirmed(id, token);
      this.#settle(rows, now);
      const count = this.#links.length;
      const former = { master: link.masterId, replica: link.replicaId };
      const before = copied(link);
      this.#change(link, changes, now);
      this.#tellWhoWaits(before, link);
      this.#renameHints('master', former.master, link.masterId);
      this.#renameHints('replica', former.replica, link.replicaId);
      return this.#links.length < count ? this.#unsettledOf(link) : [];
    },
    finish: async ({ id }, token, { rows, changes, conflicts, noted, hints, waitsFor }, now) => {
      const link = this.#confirmed(id, token);
      const before = copied(link);
      this.#settle(rows, now);
      this.#change(link, changes, now);
      if (conflicts !== null) this.#follow(link, conflicts, now);
      Object.assign(link, { leaseOwner: null, leaseToken: null, leaseUntil: null, revision: link.revision + 1 });
      this.#settleHints(new Set(noted.map(({ seq }) => seq)), hints);
      this.#tellWhoWaits(before, link);
      if (waitsFor !== undefined) this.#storeWaits(link, waitsFor, triggerOfTargets(noted));
    },
  };

  #settleHints(seqs: ReadonlySet<number>, hints: HintOutcome): void {
    const noted = this.#tables.hints.filter(({ seq }) => seqs.has(seq));
    if (hints.kind === 'kept') return;
    if (hints.kind === 'done') this.#tables.hints = this.#tables.hints.filter(({ seq }) => !seqs.has(seq));
    else if (hints.kind === 'postponed') for (const row of noted) row.dueAtMs = hints.at.getTime();
    else {
      const trigger = hints.kind === 'look_again' ? 'look_again' : 'retry';
      for (const row of noted) Object.assign(row, { trigger, dueAtMs: hints.at.getTime() });
    }
  }

  #hint({ pair, side, recordId, trigger }: Hint): void {
    const { hints } = this.#tables;
    const known = hints.find((row) => row.pair === pair && row.side === side && row.recordId === recordId);
    const kept = known !== undefined && isMoreUrgent(known, { trigger }) ? known.trigger : trigger;
    const row = { pair, side, recordId, seq: this.#tables.next(), trigger: kept };
    this.#tables.hints = [...hints.filter((one) => one !== known), { ...row, dueAtMs: this.#now().getTime() }];
  }

  #couples() {
    return this.#tables.links.flatMap(({ id, pair, masterId, replicaId, state }) => {
      if (!isParted({ state }) && (masterId === null || replicaId === null)) return [];
      return [{ id, pair, masterId, replicaId, isParted: isParted({ state }) }];
    });
  }

  #storeWaits({ id: linkId, masterId, replicaId }: Link, waitsFor: readonly WaitedFor[], trigger: HintTrigger): void {
    const others = this.#tables.waits.filter((wait) => wait.linkId !== linkId);
    this.#tables.waits = [...others, ...waitsFor.map((target) => ({ ...target, linkId }))];
    const isKnown = (target: RecordRef) => this.#tables.links.some((link) => isCoupleOf(link, target));
    for (const { pair, side, recordId } of waitsFor.filter((one) => !isKnown(one)))
      this.#hint({ pair, side, recordId, trigger });
    const isOutdated = this.#tables.links.some((link) =>
      waitsFor.some((target) => isCoupleOf(link, target) && isOtherwise(target, link)),
    );
    if (isOutdated) this.#hintLink({ pair: this.#pair, masterId, replicaId });
  }

  #tellWhoWaits(before: Link, after: Link): void {
    if (!isNews(before, after)) return;
    const rung = this.#tables.waits.filter((wait) => isCoupleOf(after, wait));
    this.#tables.waits = this.#tables.waits.filter((wait) => !rung.includes(wait));
    for (const link of this.#tables.links) if (rung.some(({ linkId }) => linkId === link.id)) this.#hintLink(link);
  }

  #hintLink({ pair, masterId, replicaId }: Pick<Link, 'pair' | 'masterId' | 'replicaId'>): void {
    const side = masterId === null ? 'replica' : 'master';
    this.#hint({ pair, side, recordId: masterId ?? replicaId ?? '', trigger: 'retry' });
  }

  #next(): number {
    return this.#tables.next();
  }

  #find(side: Side, recordId: string): Link | undefined {
    return this.#links.find((link) => (side === 'master' ? link.masterId : link.replicaId) === recordId);
  }

  #ownerOf(side: Side, recordId: string): string {
    if (side === 'master') return recordId;
    return this.#find('replica', recordId)?.masterId ?? replicaKey(recordId);
  }

  #insert(record: RecordKey, now: Date): Link {
    const link: Link = { ...unsavedLink(record, now), id: this.#next() };
    this.#tables.links.push(link);
    return link;
  }

  #note({ masterId, replicaId }: Link): NotedHint[] {
    const isOurs = ({ side, recordId }: HintRow): boolean => (side === 'master' ? masterId : replicaId) === recordId;
    return this.#hints.filter(isOurs).map(({ side, seq, trigger }) => ({ side, seq, trigger }));
  }

  #renameHints(side: Side, from: string | null, to: string | null): void {
    const of = (id: string | null) => this.#hints.find((row) => row.side === side && row.recordId === id);
    const [former, waiting] = [of(from), of(to)];
    if (from === to || to === null || former === undefined) return;
    if (waiting === undefined) former.recordId = to;
    else {
      if (isMoreUrgent(former, waiting)) waiting.trigger = former.trigger;
      this.#tables.hints = this.#tables.hints.filter((row) => row !== former);
    }
  }

  #known(link: Link, { loopWindowMs }: PassRules, now: Date): KnownCouple {
    const since = countedSince({ windowMs: loopWindowMs, countedFrom: link.loopCountedFrom }, now);
    const ofLink = this.#ledger.filter(({ linkId }) => linkId === link.id);
    const recent = ofLink.filter(
      ({ action, state, plannedAt, rule }) =>
        action === 'set' && state === 'written' && plannedAt > since && rule !== 'created',
    );
    return copied({
      link,
      planned: this.#unsettledOf(link),
      conflicts: this.#conflicts.filter(({ linkId, closedAt }) => linkId === link.id && closedAt === null),
      recentWrites: recent.flatMap(({ field, side, newValue }) => (field === null ? [] : [{ field, side, newValue }])),
    });
  }

  #unsettledOf({ id }: Link): LedgerRow[] {
    return copied(
      this.#ledger.filter((row) => row.linkId === id && (row.state === 'planned' || row.state === 'asked')),
    );
  }

  #confirmed(id: number, token: string): Link {
    const link = this.#links.find((row) => row.id === id);
    if (link?.leaseToken !== token) throw new LeaseLost();
    return link;
  }

  #append(link: Link, rows: readonly NewLedgerRow[]): number[] {
    const open = this.#ledger.find(
      ({ action, state, side, creationKey }) =>
        action === 'create' &&
        state === 'planned' &&
        creationKey !== null &&
        rows.some((row) => row.action === 'create' && row.side === side && row.creationKey === creationKey),
    );
    if (open !== undefined) throw new CreationInProgress(open.plannedAt);
    return rows.map((row) => {
      const id = this.#next();
      this.#tables.ledger.push(completed(row, id, link));
      return id;
    });
  }

  #mayRemove(budget: Parameters<SyncDependencies['passes']['mayRemove']>[1], now: Date): boolean {
    if (this.#heldAt !== null) return false;
    const since = countedSince({ windowMs: budget.windowMs, countedFrom: this.#countedFrom }, now);
    const removed = this.#ledger.filter(
      ({ action, state, plannedAt, rule }) =>
        ['delete', 'archive'].includes(action) &&
        ['planned', 'written'].includes(state) &&
        plannedAt > since &&
        rule === 'partner_deleted',
    );
    const couples = this.#links.filter(({ state }) => ['linked', 'parked'].includes(state)).length;
    return removed.length < allowedRemovals(budget, couples);
  }

  #settle(rows: readonly SettledRow[], now: Date): void {
    const settled = rows.flatMap(({ id, state }) => {
      const row = this.#ledger.find((one) => one.id === id);
      if (row === undefined || row.settledAt !== null) return [];
      return [Object.assign(row, { state, settledAt: state === 'asked' ? null : now })];
    });
    const isLongOpen = ({ action, plannedAt }: LedgerRow): boolean =>
      action === 'create' && now.getTime() - plannedAt.getTime() >= toldAfterMs;
    if (settled.some(isLongOpen)) this.#ringPostponed(now);
  }

  /** Who may wait for a creation of which the fate is known now. */
  #ringPostponed(now: Date): void {
    const mayWait = ({ masterId, replicaId, nextAttemptAt, state }: Link): boolean =>
      (masterId === null || replicaId === null) && nextAttemptAt === null && state !== 'parked';
    for (const row of this.#hints) {
      const link = this.#find(row.side, row.recordId);
      const isPostponed = row.dueAtMs > now.getTime() && row.trigger !== 'look_again';
      if (isPostponed && link !== undefined && mayWait(link)) row.dueAtMs = now.getTime();
    }
  }

  #change(link: Link, changes: LinkChanges, now: Date): void {
    for (const [side, id] of [
      ['master', changes.masterId],
      ['replica', changes.replicaId],
    ] as const) {
      if (id != null) this.#absorb(link, side, id, now);
    }
    Object.assign(link, copied(Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))));
  }

  #absorb(link: Link, side: Side, id: string, now: Date): void {
    const [own, partner] =
      side === 'master' ? (['masterId', 'replicaId'] as const) : (['replicaId', 'masterId'] as const);
    const other = this.#links.find((row) => row !== link && row[own] === id);
    if (other === undefined) return;
    if (other[partner] !== null) throw new Error(`${id} would stand in two links`);
    if (other.leaseUntil !== null && other.leaseUntil > now) throw new PartnerBusy();
    for (const row of this.#ledger) if (row.linkId === other.id) row.linkId = link.id;
    for (const row of this.#conflicts) if (row.linkId === other.id) row.linkId = link.id;
    this.#tables.links.splice(this.#tables.links.indexOf(other), 1);
    this.#tables.waits = this.#tables.waits.filter(({ linkId }) => linkId !== other.id);
  }

  #follow(link: Link, outcome: ConflictOutcome, now: Date): void {
    const known = this.#conflicts.filter(({ linkId, closedAt }) => linkId === link.id && closedAt === null);
    for (const conflict of known) Object.assign(conflict, changesTo(conflict, outcome, now));
    for (const row of newConflicts(link, known, outcome, now))
      this.#tables.conflicts.push(copied({ id: this.#next(), ...row }));
  }
}

function completed(row: NewLedgerRow, id: number, { id: linkId, pair }: Link): LedgerRow {
  const { field = null, attribute = null, creationKey = null, conflictId = null, settledAt = null } = row;
  const { oldValue = null, newValue = null, losingValue = null, seenVersion = null } = row;
  const optional = {
    field,
    attribute,
    creationKey,
    conflictId,
    settledAt,
    oldValue,
    newValue,
    losingValue,
    seenVersion,
  };
  return copied({ ...row, ...optional, id, linkId, pair });
}
