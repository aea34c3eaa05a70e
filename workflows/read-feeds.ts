import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import { type FeedActivities, heartbeatTimeoutMs, passTimeoutMs, type SystemInput } from './contract.ts';

const { readFeeds: readOn } = proxyActivities<FeedActivities>({
  startToCloseTimeout: passTimeoutMs,
  heartbeatTimeout: heartbeatTimeoutMs,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** Reads what a system tells of changes apart from lists, to the end. A Schedule starts it again and again. */
export async function readFeeds(system: SystemInput): Promise<void> {
  while ((await readOn(system)).again) {
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof readFeeds>(system);
  }
}
