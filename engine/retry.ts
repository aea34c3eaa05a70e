import type { CircuitCode } from './circuit.ts';

/** What went wrong, as the retry rules see it. The same words as the connectors' error codes, plus our own. */
export type FailureCode =
  | CircuitCode
  | 'budget_spent'
  | 'forbidden'
  | 'record_failed'
  | 'rejected'
  | 'stale_version'
  | 'ambiguous_write'
  | 'misconfigured'
  | 'stopped'
  | 'unexpected';

export interface Failure {
  readonly code: FailureCode;
  /** How long an unfinished write may still take effect, in milliseconds. */
  readonly settleMs: number | null;
}

/** How often this record has failed already. `attempts` count towards giving up; `waits` are the uncounted ones in a row. */
export interface FailureHistory {
  readonly attempts: number;
  readonly waits: number;
}

export interface RetryPolicy {
  readonly maxAttempts: number;
  /** Waits after the first, second, … counted attempt, in milliseconds; the last one repeats. */
  readonly ladderMs: readonly number[];
  /** After this time a record that was given up is tried once more by itself, in milliseconds; null: never. */
  readonly reviveAfterMs: number | null;
  /** How long after a write of unknown fate the record is looked at once more, in milliseconds. */
  readonly recheckAfterMs: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  maxAttempts: 5,
  ladderMs: [60_000, 300_000, 900_000, 3_600_000, 14_400_000],
  reviveAfterMs: null,
  recheckAfterMs: 900_000,
};

export type RetryDecision =
  /** Try again after `waitMs`. `told`: whether the record's owner should see it in the master. */
  | { readonly kind: 'wait'; readonly waitMs: number; readonly history: FailureHistory; readonly told: boolean }
  /** The whole system is the matter: the record keeps its place in the inbox until its circuit closes. */
  | { readonly kind: 'circuit'; readonly code: CircuitCode; readonly history: FailureHistory }
  /** Nothing is the matter with the record: it keeps its place in the inbox and is taken up again as soon as possible. */
  | { readonly kind: 'hand_back'; readonly history: FailureHistory }
  /** Nothing will change by itself. `reviveInMs`: tried once more then; null: only when somebody or something asks. */
  | { readonly kind: 'give_up'; readonly history: FailureHistory; readonly reviveInMs: number | null }
  /** The whole pair must stop: going on could damage records. */
  | { readonly kind: 'stop_pair'; readonly history: FailureHistory };

const uncountedAmbiguous = 3;
const movingTargetWaitMs = 5_000;
const creationLadderMs = [1_000, 5_000, 30_000, 60_000];
const endOfCreationLadderMs = 300_000;

/**
 * The one place that turns a failure into what happens next.
 * @param jitter between 0 and 1, from the caller, so that this stays pure
 */
export function decideRetry(
  failure: Failure,
  history: FailureHistory,
  policy: RetryPolicy,
  jitter: number,
): RetryDecision {
  switch (failure.code) {
    case 'rate_limited':
    case 'unavailable':
    case 'auth_failed':
      return { kind: 'circuit', code: failure.code, history };
    case 'budget_spent':
    case 'stopped':
      return { kind: 'hand_back', history };
    case 'stale_version':
      return { kind: 'wait', waitMs: movingTargetWaitMs, told: false, history };
    case 'ambiguous_write':
      return history.waits < uncountedAmbiguous
        ? uncounted(history, failure.settleMs ?? 0)
        : counted(history, policy, jitter, failure.settleMs ?? 0);
    case 'rejected':
    case 'forbidden':
      return gaveUp({ ...history, attempts: history.attempts + 1 }, policy, jitter);
    case 'misconfigured':
      return { kind: 'stop_pair', history };
    case 'record_failed':
    case 'unexpected':
      return counted(history, policy, jitter, 0);
  }
}

const uncounted = (history: FailureHistory, waitMs: number): RetryDecision => ({
  kind: 'wait',
  waitMs,
  told: false,
  history: { ...history, waits: history.waits + 1 },
});

function counted(history: FailureHistory, policy: RetryPolicy, jitter: number, leastMs: number): RetryDecision {
  const next = { ...history, attempts: history.attempts + 1 };
  if (next.attempts >= policy.maxAttempts) return gaveUp(next, policy, jitter);
  const waitMs = Math.max(leastMs, jittered(rung(policy.ladderMs, history.attempts), jitter));
  return { kind: 'wait', waitMs, told: true, history: next };
}

const gaveUp = (history: FailureHistory, { reviveAfterMs }: RetryPolicy, jitter: number): RetryDecision => ({
  kind: 'give_up',
  history,
  reviveInMs: reviveAfterMs === null ? null : jittered(reviveAfterMs, jitter),
});

/** When to show a record's owner what could not be shown so far: in as long again as it has waited, within the ladder. */
export const tellAgainInMs = (waitedMs: number, { ladderMs }: RetryPolicy): number =>
  Math.min(Math.max(waitedMs, rung(ladderMs, 0)), rung(ladderMs, ladderMs.length - 1));

const rung = (ladderMs: readonly number[], index: number): number =>
  ladderMs[Math.min(index, ladderMs.length - 1)] ?? 60_000;

/**
 * How long a record waits before it looks again whether another couple's creation is over: hardly at all while it is young, and
 * minutes where its couple waits itself, for a system or a ladder of its own.
 * @param openForMs since when the creation is under way, in milliseconds
 * @param jitter as for `decideRetry`
 */
export function creationWaitMs(openForMs: number, jitter: number): number {
  let endsAtMs = 0;
  for (const waitMs of creationLadderMs) {
    endsAtMs += waitMs;
    if (openForMs < endsAtMs) return jittered(waitMs, jitter);
  }
  return jittered(endOfCreationLadderMs, jitter);
}

/** Up to a fifth longer, so that records which failed together do not come back together. */
const jittered = (ms: number, jitter: number): number => Math.round(ms * (1 + jitter / 5));
