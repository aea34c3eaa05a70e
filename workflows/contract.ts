/**
 * What workflows, activities and their clients have to agree on: types and names only. No field value of a record may
 * stand in any of these: they are kept in Temporal's history.
 */

export interface RecordInput {
  readonly pair: string;
  /** The master's id, or `replica:<id>` for a record that only the replica has so far. */
  readonly key: string;
}

export type PassVerdict =
  'no_change' | 'master_newer' | 'replica_newer' | 'merged' | 'conflict' | 'created' | 'deleted';

/** What one look at a record came to. */
export type PassOutcome =
  | { readonly kind: 'done'; readonly verdict: PassVerdict }
  /**
   * Tried again by itself: by this workflow's timer if soon, else by the sweeper. `code`: why. `retryInMs` null: as soon as
   * what it waits for is there, which is told (`waits_for`).
   */
  | {
      readonly kind: 'waiting';
      readonly code: string;
      readonly system: string | null;
      readonly retryInMs: number | null;
    }
  /** Keeps its place in the inbox; the sweeper rings as soon as the system, or its budget, allows. */
  | { readonly kind: 'held_back'; readonly code: string; readonly system: string | null }
  /** A person has to act. */
  | { readonly kind: 'parked'; readonly code: string; readonly system: string | null }
  /** The record belongs to another workflow by now; that one has been told. */
  | { readonly kind: 'moved'; readonly key: string }
  | { readonly kind: 'paused' }
  /** Nothing was waiting to be looked at. */
  | { readonly kind: 'nothing' };

export interface PassSummary {
  readonly outcome: PassOutcome;
  /** The record changed while the pass ran: look again at once. */
  readonly again: boolean;
  /** Names of the fields that were written. */
  readonly fields: readonly string[];
  /** Record requests sent per system; logins are not among them. */
  readonly calls: Readonly<Record<string, number>>;
  readonly tookMs: number;
}

/** The unit of outside work that `syncRecord` repeats. Running it again is always safe. */
export interface SyncActivities {
  reconcile(record: RecordInput): Promise<PassSummary>;
}

export const syncRecordWorkflow = 'syncRecord';
export const hintSignalName = 'hint';
export const checkUpdateName = 'check';

/** Of whoever has chosen none. */
export const usualTaskQueue = 'tandem';

/** Two installations in one namespace have two task queues: neither takes the other's workflows for its own. */
const installationPrefix = (taskQueue: string): string =>
  taskQueue === usualTaskQueue ? '' : `${encodeURIComponent(taskQueue)}/`;

/** The workflow's id is the lock of the record. */
export const workflowIdOf = ({ pair, key }: RecordInput, taskQueue: string): string =>
  `${installationPrefix(taskQueue)}sync/${pair}/${key}`;

/** Waits up to this long are a timer of the workflow; for longer ones it ends and the sweeper rings again. */
export const longestTimerMs = 60_000;

/** An attempt's own limit; it stops itself before Temporal would give it up. */
export const passTimeoutMs = 120_000;
/** A killed worker is noticed after this long. */
export const heartbeatTimeoutMs = 15_000;
/** As that, for walks over whole populations: sooner, since a step that is carried out twice costs a page at most. */
export const walkHeartbeatTimeoutMs = 5_000;
/** Two that get lost do no harm. */
export const heartbeatEveryMs = (timeoutMs: number): number => timeoutMs / 3;

/**
 * The pairs' populations. Each is started by a Schedule or a person, ends by itself, and keeps what it must not forget in
 * the store: so a run that is lost costs a page at most.
 */
export interface PairInput {
  readonly pair: string;
}

/** Of the walk that a night begins. */
export interface NightlyCensusInput extends PairInput {
  /** The walk's workflow (`censusIdOf`); missing in what was started by an older version, which knew only the usual task queue. */
  readonly walkId?: string;
}

/** What a system tells of changes apart from lists. */
export interface SystemInput {
  readonly system: string;
}

export interface CensusInput extends PairInput {
  readonly runId: string;
}

/** What one step of a walk came to. */
export type CensusStep =
  /** Something was read or handed over: go on. */
  | { readonly kind: 'moved' }
  /** Not now: a budget is spent, a system is in trouble, or what was found is still being dealt with. */
  | { readonly kind: 'wait'; readonly forMs: number }
  /** Until somebody resumes or cancels it. */
  | { readonly kind: 'paused' }
  | { readonly kind: 'ended' };

/** What a look at the latest changes came to. */
export interface CatchUpSummary {
  /** Pages read and rows that were news, of all that was looked at. */
  readonly pages: number;
  readonly handedOver: number;
  /** There is more: go on at once. */
  readonly again: boolean;
}

export interface RollingCheckSummary {
  readonly visited: number;
  readonly handedOver: number;
}

/** What a look at all systems' webhooks came to. */
export interface KeeperSummary {
  readonly made: number;
  readonly mended: number;
  readonly removed: number;
  /** Pairs that may have missed something and were asked to look for it. */
  readonly covered: readonly string[];
  /** Systems whose webhooks could not be put right this time, with the codes of the errors. */
  readonly troubled: readonly { readonly system: string; readonly code: string }[];
}

export interface CensusActivities {
  /** Reads the next page, or does what is next; safe to repeat. */
  stepCensus(run: CensusInput): Promise<CensusStep>;
  /** The walk that a Schedule starts: @returns the run's id, or null while another one of the pair is under way. */
  beginNightlyCensus(pair: PairInput): Promise<string | null>;
}

export interface CatchUpActivities {
  catchUp(pair: PairInput): Promise<CatchUpSummary>;
}

export interface FeedActivities {
  readFeeds(system: SystemInput): Promise<CatchUpSummary>;
}

export interface RollingCheckActivities {
  checkOldest(pair: PairInput): Promise<RollingCheckSummary>;
}

export interface KeeperActivities {
  keepWebhooks(): Promise<KeeperSummary>;
}

export const censusWorkflow = 'census';
export const nightlyCensusWorkflow = 'nightlyCensus';
export const catchUpWorkflow = 'catchUp';
export const readFeedsWorkflow = 'readFeeds';
export const rollingCheckWorkflow = 'rollingCheck';
export const keepWebhooksWorkflow = 'keepWebhooks';
/** The run's row has changed: look at it. */
export const censusSignalName = 'look';

/** Of a look that a person asks for; one at a time. */
export const keepWebhooksId = (taskQueue: string): string => `${installationPrefix(taskQueue)}keep-webhooks`;

/** One walk per pair at a time. */
export const censusIdOf = ({ pair }: PairInput, taskQueue: string): string =>
  `${installationPrefix(taskQueue)}census/${pair}`;
