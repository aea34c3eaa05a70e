import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import { type CatchUpActivities, heartbeatTimeoutMs, type PairInput, passTimeoutMs } from './contract.ts';

const { catchUp: readOn } = proxyActivities<CatchUpActivities>({
  startToCloseTimeout: passTimeoutMs,
  heartbeatTimeout: heartbeatTimeoutMs,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/**
 * Reads what was changed on the sides that can list it, to the end. A Schedule starts it again and again; one that takes
 * longer than that is the only one.
 */
export async function catchUp(pair: PairInput): Promise<void> {
  while ((await readOn(pair)).again) {
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof catchUp>(pair);
  }
}
