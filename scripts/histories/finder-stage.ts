import type { Client } from '@temporalio/client';
import type { CatchUpSummary, CensusStep, KeeperSummary, RollingCheckSummary } from '../../workflows/contract.ts';
import type { HeldActivity } from './held-work.ts';
import { until } from './until.ts';
import { taskQueue } from './worker-of-stage.ts';

/** The outside work of the workflows that look for what has changed. */
export interface FinderWork {
  readonly stepCensus: HeldActivity<CensusStep>;
  readonly beginNightlyCensus: HeldActivity<string | null>;
  readonly catchUp: HeldActivity<CatchUpSummary>;
  readonly readFeeds: HeldActivity<CatchUpSummary>;
  readonly checkOldest: HeldActivity<RollingCheckSummary>;
  readonly keepWebhooks: HeldActivity<KeeperSummary>;
}

/** One run of such a workflow on a real server, and what can happen to it. */
export interface FinderStage {
  /** Names the run, and the pair that it is about. */
  readonly name: string;
  readonly work: FinderWork;
  start(workflow: string, workflowId: string, args: readonly object[]): Promise<FinderRun>;
}

export interface FinderRun {
  readonly workflowId: string;
  readonly signal: (name: string) => Promise<void>;
  readonly timerRuns: () => Promise<void>;
  /** Resolves when the workflow has nothing to do but wait. */
  readonly isCalm: () => Promise<void>;
  /** Events of the latest run so far. */
  readonly countEvents: () => Promise<number>;
  readonly ended: () => Promise<void>;
}

export const createFinderStage = (client: Client, name: string, work: FinderWork): FinderStage => ({
  name,
  work,
  start: async (workflow, workflowId, args) => {
    await client.workflow.start(workflow, { workflowId, taskQueue, args: [...args] });
    const latest = client.workflow.getHandle(workflowId);
    return {
      workflowId,
      signal: (name) => latest.signal(name),
      timerRuns: () =>
        until('a timer runs', async () => {
          const events = (await latest.fetchHistory()).events ?? [];
          return events.some((event) => event.timerStartedEventAttributes != null);
        }),
      isCalm: () =>
        until('no task of the workflow waits', async () => (await latest.describe()).raw.pendingWorkflowTask == null),
      countEvents: async () => (await latest.describe()).historyLength,
      ended: async () => {
        await latest.result();
      },
    };
  },
});
