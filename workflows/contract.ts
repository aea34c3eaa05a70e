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
  /** Tried again by itself: by this workflow's timer if soon, else by the sweeper. `code`: why. */
  | { readonly kind: 'waiting'; readonly code: string; readonly system: string | null; readonly retryInMs: number }
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

/** The workflow's id is the lock of the record. */
export const workflowIdOf = ({ pair, key }: RecordInput): string => `sync/${pair}/${key}`;

/** Waits up to this long are a timer of the workflow; for longer ones it ends and the sweeper rings again. */
export const longestTimerMs = 60_000;

/** An attempt's own limit; it stops itself before Temporal would give it up. */
export const passTimeoutMs = 120_000;
/** A killed worker is noticed after this long. */
export const heartbeatTimeoutMs = 15_000;
