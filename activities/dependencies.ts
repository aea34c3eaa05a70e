import type { CallBudget } from '../connectors/call-budget.ts';
import type { Connector } from '../connectors/connector.ts';
import type { Messages } from '../engine/messages.ts';
import type { PairDefinition } from '../engine/pair.ts';
import type { RetryPolicy } from '../engine/retry.ts';
import type { Json } from '../engine/values.ts';
import type { CensusRun, CensusRunStore } from '../store/census-runs.ts';
import type { HintStore } from '../store/hints.ts';
import type { LinkStore } from '../store/links.ts';
import type { PassOwner } from '../store/link-rows.ts';
import type { PassStore } from '../store/passes.ts';
import type { OwnRecords } from '../store/own-records.ts';
import type { PairStore } from '../store/pairs.ts';
import type { SightingStore } from '../store/sightings.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { HaltWatch } from './halt-watch.ts';
import type { PassObserver } from './observer.ts';

/** What a class offers, whoever offers it. */
type Offered<T> = Pick<T, keyof T>;

export interface SyncDependencies {
  readonly pairs: readonly PairDefinition[];
  /** By the system's name as the pairs spell it. */
  readonly connectors: Readonly<Record<string, Connector>>;
  readonly passes: Offered<PassStore>;
  readonly links: Offered<LinkStore>;
  readonly pairStops: Pick<PairStore, 'stop'>;
  readonly breaker: CircuitBreaker;
  readonly budget: CallBudget;
  readonly hints: Pick<HintStore, 'add'>;
  readonly retry: RetryPolicy;
  /** In the language of the master's people. */
  readonly messages: Messages;
  readonly observer: PassObserver;
  readonly now: () => Date;
  /** Between 0 and 1. */
  readonly random: () => number;
}

/** What the activities of a worker need beside the passes. */
export interface WorkerDependencies extends SyncDependencies {
  readonly censusRuns: Offered<CensusRunStore>;
  readonly sightings: Offered<SightingStore>;
  /** By the system's name: those whose records are rows of this very database. */
  readonly ownRecords: ReadonlyMap<string, OwnRecords>;
  /** What a dry run would have done, before its findings are deleted; null: nothing is told. */
  readonly reportOf: (run: CensusRun) => Promise<Json | null>;
  readonly halts: Pick<HaltWatch, 'attempt'>;
}

/** Where and for how long an attempt runs. */
export interface Attempt extends PassOwner {
  /** Aborts when the attempt's time is over or the worker shuts down. */
  readonly signal: AbortSignal;
}
