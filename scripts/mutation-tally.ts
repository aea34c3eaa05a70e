import type { Mutant } from './mutants.ts';

export interface MutationTally {
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: number;
  /** No test runs the place at all. */
  readonly notCovered: number;
  /** The tests' files could not even be loaded, so that no test could fail. */
  readonly brokeLoading: number;
  /** Left out by a comment in the code. */
  readonly leftOut: number;
  /** Killed and timed out, of these and those not noticed; null where there are none. Stryker's own formula. */
  readonly scorePercent: number | null;
}

export function tallyOf(mutants: readonly Mutant[]): MutationTally {
  const count = (...statuses: readonly Mutant['status'][]): number =>
    mutants.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const counted = noticed + count('Survived', 'NoCoverage');
  return {
    killed: count('Killed'),
    timedOut: count('Timeout'),
    survived: count('Survived'),
    notCovered: count('NoCoverage'),
    brokeLoading: count('RuntimeError', 'CompileError'),
    leftOut: count('Ignored'),
    scorePercent: counted === 0 ? null : (100 * noticed) / counted,
  };
}
