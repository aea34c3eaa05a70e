import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { CensusAfterGap } from './activities/catch-up/dependencies.ts';
import { nightlyCensusWorkflow } from './workflows/contract.ts';

/** Starts what the nightly Schedule starts; one that was asked for and is under way will do. */
export const createCensusAfterGap = (client: Pick<Client, 'workflow'>, taskQueue: string): CensusAfterGap => ({
  start: async ({ pair }) => {
    const workflowId = `${nightlyCensusWorkflow}/${pair}/after-a-gap`;
    try {
      await client.workflow.start(nightlyCensusWorkflow, { workflowId, taskQueue, args: [{ pair }] });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  },
});
