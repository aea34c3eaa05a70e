import type { CircuitStore } from '../../store/circuits.ts';
import type { CursorStore } from '../../store/cursors.ts';
import type { Database } from '../../store/database.ts';
import type { PairInput } from '../../workflows/contract.ts';
import type { SyncDependencies } from '../dependencies.ts';

/** Starts a walk over everything of a pair; one that began after the gap and is under way will do. */
export interface CensusAfterGap {
  /**
   * @param since from then on nothing was missed
   * @returns false: another walk is in the way, so it is to be asked for again
   * @throws if it can not be started now: asked again later
   */
  start(pair: PairInput, since: Date): Promise<boolean>;
}

/** What it takes to find records that nobody has reported, without writing to any system. */
export interface FindingDependencies extends Pick<
  SyncDependencies,
  'pairs' | 'connectors' | 'budget' | 'observer' | 'now'
> {
  readonly db: Database;
  readonly circuits: Pick<CircuitStore, 'list'>;
}

export interface CatchUpDependencies extends FindingDependencies {
  readonly cursors: CursorStore;
  readonly census: CensusAfterGap;
  /** Without the changes for longer than this, deletions were missed too, in milliseconds. */
  readonly gapMs: number;
}
