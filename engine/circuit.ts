/** Why a system's calls are held back. */
export type CircuitCode = 'unavailable' | 'auth_failed' | 'rate_limited';

/** Failures of a system in a row, without a success between. */
export interface FailureRun {
  readonly failures: number;
  /** The records that failed, each once. */
  readonly records: readonly string[];
}

export const noFailures: FailureRun = { failures: 0, records: [] };

const failuresThatOpen = 5;
const recordsThatOpen = 3;

export function withFailure({ failures, records }: FailureRun, record: string): FailureRun {
  return { failures: failures + 1, records: records.includes(record) ? records : [...records, record] };
}

/** One poisonous record fails as often as it is tried; only several that fail together say something about the system. */
export const isSystemAtFault = ({ failures, records }: FailureRun): boolean =>
  failures >= failuresThatOpen && records.length >= recordsThatOpen;

export const defaultProbeLadderMs: readonly number[] = [15_000, 30_000, 60_000, 120_000, 300_000, 900_000];

/** Wrong credentials are not shown more often than this: EspoCRM locks out an address that insists (9.2.7: 10 in 60 s). */
const leastAfterRefusedLoginMs = 60_000;

/** A pause that a system asks for by mistake must not last for ever. */
const longestPauseMs = 3_600_000;

/**
 * How long a circuit stays open before the system is asked again.
 * @param probes how often it was asked in vain so far
 * @param askedForMs the pause that the system itself asks for, if any
 */
export function probeWaitMs(
  code: CircuitCode,
  probes: number,
  ladderMs: readonly number[],
  askedForMs: number | null = null,
): number {
  const rung = ladderMs[Math.min(probes, ladderMs.length - 1)] ?? 60_000;
  if (code === 'rate_limited') return Math.min(askedForMs ?? rung, longestPauseMs);
  return code === 'auth_failed' ? Math.max(rung, leastAfterRefusedLoginMs) : rung;
}
