import type { Client } from '@temporalio/client';
import type { Logger } from '../log.ts';
import { type CensusInput, censusIdOf, censusSignalName, censusWorkflow } from '../workflows/contract.ts';

/** Tells Temporal of walks whose row stands in the store already. */
export interface CensusStarter {
  /** Has the walk carried out; one that is being carried out stays as it is. @returns whether Temporal knows of it now */
  start(run: CensusInput): Promise<boolean>;
  /** The run's row has changed. @returns whether somebody was told; otherwise the next step sees it */
  look(run: CensusInput): Promise<boolean>;
}

export interface CensusStarterOptions {
  readonly client: Client;
  readonly taskQueue: string;
  readonly log: Logger;
}

const answerWithinMs = 5_000;

export function createCensusStarter({ client, taskQueue, log }: CensusStarterOptions): CensusStarter {
  const told = async (tell: () => Promise<unknown>): Promise<boolean> => {
    try {
      await client.withDeadline(Date.now() + answerWithinMs, tell);
      return true;
    } catch (error) {
      log.debug({ reason: error instanceof Error ? error.name : 'unknown' }, 'Temporal was not told of a census');
      return false;
    }
  };
  return {
    start: (run) =>
      told(() =>
        client.workflow.start(censusWorkflow, {
          workflowId: censusIdOf(run, taskQueue),
          taskQueue,
          args: [run],
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      ),
    look: (run) => told(() => client.workflow.getHandle(censusIdOf(run, taskQueue)).signal(censusSignalName)),
  };
}
