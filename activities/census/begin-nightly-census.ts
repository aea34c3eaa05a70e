import { CensusUnderWay } from '../../store/census-runs.ts';
import type { WorkerDependencies } from '../dependencies.ts';
import { automaticMode } from './automatic-mode.ts';

/**
 * Begins the walk that a Schedule has asked for. Begun twice, as after an answer that was lost, it is the same. Before a
 * person has imported the pair it looks at couples only.
 * @param workflowRunId becomes the run's id
 * @returns the run's id; null: another walk of the pair is under way, which is told if that one is paused
 */
export async function beginNightlyCensus(
  { censusRuns, observer, now }: Pick<WorkerDependencies, 'censusRuns' | 'observer' | 'now'>,
  pair: string,
  workflowRunId: string,
): Promise<string | null> {
  try {
    const mode = await automaticMode({ censusRuns }, pair);
    const wanted = { id: workflowRunId, pair, mode, dryRun: false, startedBy: 'schedule' };
    return (await censusRuns.begin(wanted, now())).id;
  } catch (error) {
    if (!(error instanceof CensusUnderWay)) throw error;
    const open = await censusRuns.open(pair);
    if (open?.state === 'paused') observer.onProblem(nightIsLeftOut, { pair, ...pausedDetails(pair, open.id) });
    return null;
  }
}

const nightIsLeftOut = 'The census of the night was left out, because a walk over the pair is paused';

export const pausedDetails = (pair: string, run: string) => ({
  run,
  advice: `\`tandem census ${pair} --resume\` lets it go on, \`--cancel\` ends it`,
});
