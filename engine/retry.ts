/** What went wrong, as the retry rules see it. The same words as the connectors' error codes, plus our own. */
export type FailureCode =
  | 'rate_limited'
  | 'unavailable'
  | 'auth_failed'
  | 'forbidden'
  | 'record_failed'
  | 'rejected'
  | 'stale_version'
  | 'ambiguous_write'
  | 'misconfigured'
  | 'unexpected';

export interface Failure {
  readonly code: FailureCode;
  /** What the system asks us to wait, in milliseconds. */
  readonly retryAfterMs: number | null;
  /** How long an unfinished write may still take effect, in milliseconds. */
  readonly settleMs: number | null;
}

/** How often this record has failed already. `attempts` count towards giving up, `waits` (outages, limits) don't. */
export interface FailureHistory {
  readonly attempts: number;
  readonly waits: number;
}

export interface RetryPolicy {
  readonly maxAttempts: number;
  /** Waits after the first, second, … counted attempt, in milliseconds; the last one repeats. */
  readonly ladderMs: readonly number[];
}

export const defaultRetryPolicy: RetryPolicy = {
  maxAttempts: 5,
  ladderMs: [60_000, 300_000, 900_000, 3_600_000, 14_400_000],
};

export type RetryDecision =
  /** Try again after `waitMs`. `told`: whether the record's owner should see it in the master. */
  | { readonly kind: 'wait'; readonly waitMs: number; readonly history: FailureHistory; readonly told: boolean }
  /** Nothing will change by itself. */
  | { readonly kind: 'give_up'; readonly history: FailureHistory }
  /** The whole pair must stop: going on could damage records. */
  | { readonly kind: 'stop_pair'; readonly history: FailureHistory };

const outageWaitsMs = [15_000, 30_000, 60_000, 120_000, 300_000, 900_000];
const uncountedAmbiguous = 3;

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
      return waited(history, jittered(failure.retryAfterMs ?? rung(outageWaitsMs, history.waits), jitter));
    case 'stale_version':
      return waited(history, 5_000);
    case 'ambiguous_write':
      return history.waits < uncountedAmbiguous
        ? waited(history, failure.settleMs ?? 0)
        : counted(history, policy, jitter, failure.settleMs ?? 0);
    case 'rejected':
    case 'forbidden':
      return { kind: 'give_up', history: { ...history, attempts: history.attempts + 1 } };
    case 'misconfigured':
      return { kind: 'stop_pair', history };
    case 'record_failed':
    case 'unexpected':
      return counted(history, policy, jitter, 0);
  }
}

const waited = (history: FailureHistory, waitMs: number): RetryDecision => ({
  kind: 'wait',
  waitMs,
  told: false,
  history: { ...history, waits: history.waits + 1 },
});

function counted(history: FailureHistory, policy: RetryPolicy, jitter: number, leastMs: number): RetryDecision {
  const next = { ...history, attempts: history.attempts + 1 };
  if (next.attempts >= policy.maxAttempts) return { kind: 'give_up', history: next };
  const waitMs = Math.max(leastMs, jittered(rung(policy.ladderMs, history.attempts), jitter));
  return { kind: 'wait', waitMs, told: true, history: next };
}

const rung = (ladderMs: readonly number[], index: number): number =>
  ladderMs[Math.min(index, ladderMs.length - 1)] ?? 60_000;
/** Up to a fifth longer, so that records which failed together do not come back together. */
const jittered = (ms: number, jitter: number): number => Math.round(ms * (1 + jitter / 5));
