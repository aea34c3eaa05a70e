import { CensusUnderWay } from '../../store/census-runs.ts';
import type { WorkerDependencies } from '../dependencies.ts';
import { automaticMode } from './automatic-mode.ts';

/**
 * Begins the walk that a Schedule has asked for. Begun twice, as after an answer that was lost, it is the same. Before a
 * person has imported the pair it looks at couples only.
 * @param workflowRunId becomes the run's id
 * @returns the run's id; null: another walk of the pair is under way
 */
export async function beginNightlyCensus(
  { censusRuns, now }: Pick<WorkerDependencies, 'censusRuns' | 'now'>,
  pair: string,
  workflowRunId: string,
): Promise<string | null> {
  try {
    const mode = await automaticMode({ censusRuns }, pair);
    const wanted = { id: workflowRunId, pair, mode, dryRun: false, startedBy: 'schedule' };
    return (await censusRuns.begin(wanted, now())).id;
  } catch (error) {
    if (error instanceof CensusUnderWay) return null;
    throw error;
  }
}
