import { proxyActivities } from '@temporalio/workflow';
import { heartbeatTimeoutMs, type KeeperActivities, type KeeperSummary, passTimeoutMs } from './contract.ts';

const { keepWebhooks: keep } = proxyActivities<KeeperActivities>({
  startToCloseTimeout: passTimeoutMs,
  heartbeatTimeout: heartbeatTimeoutMs,
  // What a system refuses is in the summary; a database that is down, or a worker that died, is tried again, and else
  // the next look of the Schedule does it.
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 5 },
});

/** Looks at every system's webhooks once and puts them right. */
export async function keepWebhooks(): Promise<KeeperSummary> {
  return keep();
}
