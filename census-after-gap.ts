import type { Client } from '@temporalio/client';
import { beginCensusAfterGap } from './activities/census/begin-census-after-gap.ts';
import { pausedDetails } from './activities/census/begin-nightly-census.ts';
import type { CensusAfterGap } from './activities/catch-up/dependencies.ts';
import type { WorkerDependencies } from './activities/dependencies.ts';
import { censusIdOf, censusWorkflow } from './workflows/contract.ts';

export interface CensusAfterGapParts extends Pick<WorkerDependencies, 'censusRuns' | 'observer' | 'now'> {
  readonly client: Pick<Client, 'workflow'>;
  readonly taskQueue: string;
}

/**
 * Begins walks that have to follow a gap. The run is stored before Temporal is told, as where a person asks for one: once
 * it stands it is carried out.
 */
export function createCensusAfterGap({ client, taskQueue, observer, ...deps }: CensusAfterGapParts): CensusAfterGap {
  /** Ids of paused runs that were told to be in the way. */
  const told = new Set<string>();
  const tellOnce = (pair: string, run: string): void => {
    if (told.has(run)) return;
    told.add(run);
    const message = 'The census that has to follow a gap waits, because a walk over the pair is paused';
    observer.onProblem(message, { pair, ...pausedDetails(pair, run) });
  };
  return {
    start: async ({ pair }, since) => {
      const begun = await beginCensusAfterGap(deps, pair, since);
      if (begun.kind === 'later') {
        if (begun.inTheWay?.state === 'paused') tellOnce(pair, begun.inTheWay.id);
        return false;
      }
      await client.workflow.start(censusWorkflow, {
        ...{ workflowId: censusIdOf({ pair }, taskQueue), taskQueue },
        args: [{ pair, runId: begun.run.id }],
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
      return true;
    },
  };
}
