import type { CensusPhase } from '../../store/population-tables.ts';
import type { CensusRun } from '../../store/census-runs.ts';

const order: readonly CensusPhase[] = ['master', 'between', 'replica', 'absent', 'after', 'report', 'end'];

/** What a walk does after a phase. A rebuild needs the master only; a dry run waits for nothing, since it hands over nothing. */
export function nextPhase({ phase, mode, dryRun }: Pick<CensusRun, 'phase' | 'mode' | 'dryRun'>): CensusPhase {
  const rest = order.slice(order.indexOf(phase) + 1);
  return rest.find((candidate) => isWanted(candidate, mode === 'rebuild', dryRun)) ?? 'end';
}

function isWanted(phase: CensusPhase, isRebuild: boolean, dryRun: boolean): boolean {
  switch (phase) {
    case 'between':
      return !isRebuild && !dryRun;
    case 'replica':
    case 'absent':
      return !isRebuild;
    case 'after':
      return !dryRun;
    case 'report':
      return dryRun;
    case 'master':
    case 'end':
      return true;
  }
}
