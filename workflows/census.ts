import {
  condition,
  defineSignal,
  makeContinueAsNewFunc,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  type CensusActivities,
  type CensusInput,
  censusSignalName,
  type CensusStep,
  censusWorkflow,
  heartbeatTimeoutMs,
  type PairInput,
  passTimeoutMs,
} from './contract.ts';

/** "The run's row has changed": a walk that waits looks at once. */
export const censusSignal = defineSignal(censusSignalName);

const { stepCensus, beginNightlyCensus } = proxyActivities<CensusActivities>({
  startToCloseTimeout: passTimeoutMs,
  heartbeatTimeout: heartbeatTimeoutMs,
  // What a system says is part of a step; what reaches Temporal is a dead worker or a database that is down.
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** A paused run is looked at this often: a walk that a Schedule has started can't be told by the name of the pair. */
const pausedLookMs = 60_000;

/** Carries a run that somebody has begun to its end. All that it must not forget is in the store. */
export async function census(run: CensusInput): Promise<void> {
  await walk(run);
}

/** Begins a run and carries it to its end, in one execution: so a Schedule knows that it is still under way. */
export async function nightlyCensus({ pair }: PairInput): Promise<void> {
  const runId = await beginNightlyCensus({ pair });
  if (runId !== null) await walk({ pair, runId });
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
    const waitMs = waitAfter(step);
    if (waitMs !== null) await condition(() => isTold, waitMs);
    if (workflowInfo().continueAsNewSuggested) await goOnAsNew(run);
  }
}

function waitAfter(step: CensusStep): number | null {
  if (step.kind === 'wait') return step.forMs;
  return step.kind === 'paused' ? pausedLookMs : null;
}
