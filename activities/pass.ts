import type { Call, CallContext, Connector, RemoteRecord } from '../connectors/connector.ts';
import type { CallReservation } from '../connectors/call-budget.ts';
import { Stopped } from '../connectors/errors.ts';
import type { PairDefinition } from '../engine/pair.ts';
import { type Attributes, type PerSide, type Side, sides } from '../engine/values.ts';
import type { NotedHint } from '../store/hint-rows.ts';
import type { LedgerRow, SettledRow } from '../store/ledger-rows.ts';
import type { Link, LinkChanges } from '../store/link-rows.ts';
import type { KnownCouple } from '../store/passes.ts';
import type { LedgerAction } from '../store/schema.ts';
import type { PassOutcome, PassSummary } from '../workflows/contract.ts';
import type { Attempt, SyncDependencies } from './dependencies.ts';
import { referencing } from './referencing-connector.ts';
import { priorityOf } from './priority-of.ts';
import { reserveCalls, settleCalls } from './reserve-calls.ts';

/** A ledger row that a pass has planned. */
export interface OpenRow {
  readonly id: number;
  readonly side: Side;
  readonly action: LedgerAction;
}

/**
 * A successor appears after a missed heartbeat at the earliest; until then the store's word holds, in milliseconds. This is
 * about slow answers, and so stricter than `isOurs`, which is about a process that was halted.
 */
const ownershipTrustedMs = 3_000;

/**
 * One look at one record: what it may use, what it has learned so far. The link is our own copy, moved along with every
 * transaction; the lease makes sure that nobody else moves it meanwhile.
 */
export class Pass {
  readonly deps: SyncDependencies;
  readonly attempt: Attempt;
  readonly pair: PairDefinition;
  readonly hints: readonly NotedHint[];
  readonly startedAt: Date;
  /** What the store knew of the couple when the pass began. */
  readonly known: Pick<KnownCouple, 'link' | 'conflicts' | 'recentWrites'>;
  link: Link;
  /** What was last read or answered on each side. */
  readonly seen: { master?: RemoteRecord; replica?: RemoteRecord } = {};
  /** The ids that a side said do not exist. */
  readonly gone: { master?: string; replica?: string } = {};
  /** Rows of this pass whose write has not been answered yet. */
  open: readonly OpenRow[] = [];
  /** Rows of earlier attempts whose fate is not known yet. */
  unsettled: readonly LedgerRow[];
  readonly fieldsWritten = new Set<string>();
  /** The sides that have answered a write. */
  readonly written = new Set<Side>();
  /** How often it went on from the answer to its own write, instead of reading again. */
  followed = 0;
  readonly #calls: Record<string, number> = {};
  readonly #connectors: Partial<Record<Side, Connector>> = {};
  #reserved: ReadonlyMap<string, CallReservation> = new Map();
  #inFlight = false;
  #hasWritten = false;

  constructor(start: {
    readonly deps: SyncDependencies;
    readonly attempt: Attempt;
    readonly pair: PairDefinition;
    readonly hints: readonly NotedHint[];
    readonly known: KnownCouple;
  }) {
    this.deps = start.deps;
    this.attempt = start.attempt;
    this.pair = start.pair;
    this.hints = start.hints;
    this.known = start.known;
    this.link = start.known.link;
    this.unsettled = start.known.planned;
    this.startedAt = start.deps.now();
  }

  get context(): CallContext {
    return {
      signal: this.attempt.signal,
      record: String(this.link.id),
      despiteDuplicates: this.link.answer?.answer.kind === 'create',
      beforeCall: (call) => this.#beforeCall(call),
    };
  }

  /** A write of this pass may have taken effect without anything about it being stored so far. */
  get isWriteInFlight(): boolean {
    return this.#inFlight;
  }

  /** This pass has sent a write, whatever became of it. */
  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  /** @throws BudgetSpent */
  async reserve(): Promise<void> {
    const needed = new Map<string, number>();
    for (const side of sides) {
      const { system } = this.pair.title[side];
      needed.set(system, Math.max(needed.get(system) ?? 0, this.#callsNeeded(side)));
    }
    this.#reserved = await reserveCalls(this.deps.budget, needed, priorityOf(this.hints));
  }

  /** In the worst of the usual cases: a read, and a write that takes more than one call where a file is made. */
  #callsNeeded(side: Side): number {
    const isThere = this.link[side === 'master' ? 'masterId' : 'replicaId'] !== null;
    const connector = this.deps.connectors[this.pair.title[side].system];
    return 1 + (isThere ? 1 : (connector?.callsToCreate?.(this.entity(side)) ?? 1));
  }

  /** What was reserved and not used. */
  async giveBack(): Promise<void> {
    await settleCalls(this.#reserved);
  }

  async #beforeCall(call: Call): Promise<void> {
    await this.#reserved.get(call.system)?.take();
    if (call.isWrite) await this.#confirmOwner(call.system);
    this.deps.observer.onCall(call);
    if (call.purpose === 'record') this.#calls[call.system] = (this.#calls[call.system] ?? 0) + 1;
    if (!call.isWrite) return;
    this.#inFlight = true;
    this.#hasWritten = true;
  }

  /**
   * The last thing before a write goes out. A process that was halted in the middle of asking, as by a suspended machine,
   * may have a successor by the time that it wakes up: then the answer is worth nothing.
   * @throws LeaseLost, PairPaused, Stopped
   */
  async #confirmOwner(system: string): Promise<void> {
    const askedAtMs = this.deps.now().getTime();
    await this.deps.passes.confirm(this.link, this.attempt.token);
    const isFresh = this.deps.now().getTime() - askedAtMs < ownershipTrustedMs;
    if (isFresh && this.attempt.isOurs()) return;
    throw new Stopped(`${system}: stopped before a write, because it was not sure any more that it is ours`, {
      system,
    });
  }

  get trigger(): string {
    return this.isPersonal ? 'person' : (this.hints[0]?.trigger ?? 'webhook');
  }

  /** A person asked for this look. */
  get isPersonal(): boolean {
    return this.hints.some(({ trigger }) => trigger === 'person');
  }

  /** Somebody asked for a look at both sides, whatever is being waited for. */
  get isFullLook(): boolean {
    return this.hints.some(({ trigger }) => trigger === 'person' || trigger === 'look_again');
  }

  connector(side: Side): Connector {
    const known = this.#connectors[side];
    if (known !== undefined) return known;
    const { system } = this.pair.title[side];
    const connector = this.deps.connectors[system];
    if (connector === undefined) throw new Error(`No connector for ${system}`);
    const made = referencing(connector, this.pair, side, this.deps.links);
    this.#connectors[side] = made;
    return made;
  }

  entity(side: Side): string {
    return this.pair.title[side].entity;
  }

  /** Records the fate of open rows together with what the link learned from it. */
  async settle(rows: readonly SettledRow[], given: LinkChanges): Promise<void> {
    const changes = rememberingFormer(this.link, given);
    const absorbed = await this.deps.passes.settle(this.link, this.attempt.token, rows, changes, this.deps.now());
    this.#inFlight = false;
    this.#take(rows, changes);
    const known = new Set([...this.open, ...this.unsettled].map(({ id }) => id));
    this.unsettled = [...this.unsettled, ...absorbed.filter(({ id }) => !known.has(id))];
  }

  moveLink(rows: readonly SettledRow[], changes: LinkChanges): void {
    this.#take(rows, rememberingFormer(this.link, changes));
  }

  #take(rows: readonly SettledRow[], changes: LinkChanges): void {
    const settled = new Set(rows.map(({ id }) => id));
    this.open = this.open.filter(({ id }) => !settled.has(id));
    this.unsettled = this.unsettled.filter(({ id }) => !settled.has(id));
    this.link = { ...this.link, ...definedOnly(changes) };
  }

  summary(outcome: PassOutcome, again = false): PassSummary {
    const tookMs = this.deps.now().getTime() - this.startedAt.getTime();
    return { outcome, again, fields: [...this.fieldsWritten].sort(), calls: { ...this.#calls }, tookMs };
  }
}

/** Both sides' snapshots on the link; an empty one knows nothing. */
export const baseOf = (link: Link): PerSide<Attributes> => ({
  master: link.baseMaster ?? {},
  replica: link.baseReplica ?? {},
});

/** The master may show the number of a lost partner until it is told the new one. */
function rememberingFormer({ replicaId, formerReplicaIds }: Link, changes: LinkChanges): LinkChanges {
  const isReplaced = replicaId !== null && changes.replicaId != null && changes.replicaId !== replicaId;
  return isReplaced ? { ...changes, formerReplicaIds: [...formerReplicaIds, replicaId] } : changes;
}

function definedOnly(changes: LinkChanges): Partial<Link> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}
