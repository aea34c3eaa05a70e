import {
  condition,
  defineSignal,
  executeChild,
  makeContinueAsNewFunc,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  type CensusActivities,
  censusIdOf,
  type CensusInput,
  censusSignalName,
  censusWorkflow,
  type NightlyCensusInput,
  passTimeoutMs,
  usualTaskQueue,
  walkHeartbeatTimeoutMs,
} from './contract.ts';

/** "The run's row has changed": a walk that waits looks at once. */
export const censusSignal = defineSignal(censusSignalName);

const { stepCensus, beginNightlyCensus } = proxyActivities<CensusActivities>({
  startToCloseTimeout: passTimeoutMs,
  heartbeatTimeout: walkHeartbeatTimeoutMs,
  // What a system says is part of a step; what reaches Temporal is a dead worker or a database that is down.
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** A paused run is looked at this often, should the word of its going on be lost. */
const pausedLookMs = 60_000;

/** Carries a run that somebody has begun to its end. All that it must not forget is in the store. */
export async function census(run: CensusInput): Promise<void> {
  await walk(run);
}

/**
 * Begins a run and waits for its end, so that a Schedule knows that it is still under way. The walk has the name of the pair,
 * as any other: so it can be paused, and goes on if this one is ended.
 */
export async function nightlyCensus({
  pair,
  walkId = censusIdOf({ pair }, usualTaskQueue),
}: NightlyCensusInput): Promise<void> {
  const runId = await beginNightlyCensus({ pair });
  if (runId === null) return;
  const run = { pair, runId };
  try {
    await executeChild(census, {
      workflowId: walkId,
      args: [run],
      parentClosePolicy: 'ABANDON',
    });
  } catch (error) {
    // Somebody saw the new run first and has started its walk.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

async function walk(run: CensusInput): Promise<void> {
  const goOnAsNew = makeContinueAsNewFunc<typeof census>({ workflowType: censusWorkflow });
  let isTold = false;
  setHandler(censusSignal, () => {
    isTold = true;
  });
  for (;;) {
    isTold = false;
    const step = await stepCensus(run);
    if (step.kind === 'ended') return;
    const waitMs = step.kind === 'paused' ? pausedLookMs : step.kind === 'wait' ? step.forMs : null;
    if (waitMs !== null) await condition(() => isTold, waitMs);
    if (workflowInfo().continueAsNewSuggested) await goOnAsNew(run);
  }
}
