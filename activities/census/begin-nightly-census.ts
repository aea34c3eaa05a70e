import { CensusUnderWay } from '../../store/census-runs.ts';
import type { WorkerDependencies } from '../dependencies.ts';

/**
 * Begins the walk that a Schedule has asked for. Begun twice, as after an answer that was lost, it is the same.
 * @param workflowRunId becomes the run's id
 * @returns the run's id; null: another walk of the pair is under way
 */
export async function beginNightlyCensus(
  { censusRuns, now }: Pick<WorkerDependencies, 'censusRuns' | 'now'>,
  pair: string,
  workflowRunId: string,
): Promise<string | null> {
  try {
    const wanted = { id: workflowRunId, pair, mode: 'census', dryRun: false, startedBy: 'schedule' } as const;
    return (await censusRuns.begin(wanted, now())).id;
  } catch (error) {
    if (error instanceof CensusUnderWay) return null;
    throw error;
  }
}
