import { catchUp } from '../../activities/catch-up/catch-up.ts';
import type { CatchUpDependencies } from '../../activities/catch-up/dependencies.ts';
import { checkOldest, type RollingCheckDependencies } from '../../activities/rolling-check/check-oldest.ts';
import type { SyncDependencies } from '../../activities/dependencies.ts';
import { CircuitStore } from '../../store/circuits.ts';
import { CursorStore } from '../../store/cursors.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { hints } from '../../store/schema.ts';
import type { CatchUpSummary, PairInput } from '../../workflows/contract.ts';

interface Watched {
  readonly deps: SyncDependencies;
  readonly database: OpenDatabase;
}

export interface WatcherOptions extends Partial<Pick<CatchUpDependencies, 'gapMs' | 'budget'>> {
  readonly periodMs?: number;
}

/** What looks for unreported changes in a house, without Temporal. */
export class Watcher {
  readonly cursors: CursorStore;
  /** The pairs that a census was asked for. */
  readonly censuses: string[] = [];
  /** Whether another walk is in the way of the next attempts to start a census. */
  isCensusInTheWay = false;
  /** Thrown by the next attempts to start a census. */
  censusFailure: Error | null = null;
  readonly #database: OpenDatabase;
  readonly #deps: CatchUpDependencies & RollingCheckDependencies;
  readonly #pair: string;

  constructor(
    house: Watched,
    { gapMs = 600_000, periodMs = 86_400_000, budget = house.deps.budget }: WatcherOptions = {},
  ) {
    const { db } = house.database;
    this.#database = house.database;
    this.#pair = house.deps.pairs[0]?.name ?? '';
    this.cursors = new CursorStore(db);
    const census = { start: (pair: PairInput) => this.#startCensus(pair) };
    const parts = { db, cursors: this.cursors, circuits: new CircuitStore(db), census, gapMs, periodMs, budget };
    this.#deps = { ...house.deps, ...parts };
  }

  /** Until the ends of the lists, as the workflow does. */
  async catchUp(): Promise<CatchUpSummary> {
    let pages = 0;
    let handedOver = 0;
    for (;;) {
      const summary = await catchUp(this.#deps, { pair: this.#pair }, new AbortController().signal);
      pages += summary.pages;
      handedOver += summary.handedOver;
      if (!summary.again) return { pages, handedOver, again: false };
    }
  }

  /** One activity's part. */
  async catchUpOnce(): Promise<CatchUpSummary> {
    return catchUp(this.#deps, { pair: this.#pair }, new AbortController().signal);
  }

  async checkOldest() {
    return checkOldest(this.#deps, { pair: this.#pair }, new AbortController().signal);
  }

  /** What waits in the inbox, in the order in which it came. */
  async inbox() {
    return this.#database.db.select().from(hints).orderBy(hints.seq);
  }

  #startCensus({ pair }: PairInput): Promise<boolean> {
    if (this.censusFailure !== null) return Promise.reject(this.censusFailure);
    if (this.isCensusInTheWay) return Promise.resolve(false);
    this.censuses.push(pair);
    return Promise.resolve(true);
  }
}
