import { proxyActivities } from '@temporalio/workflow';
import {
  heartbeatTimeoutMs,
  type PairInput,
  passTimeoutMs,
  type RollingCheckActivities,
  type RollingCheckSummary,
} from './contract.ts';

const { checkOldest } = proxyActivities<RollingCheckActivities>({
  startToCloseTimeout: passTimeoutMs,
  heartbeatTimeout: heartbeatTimeoutMs,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** Visits the records that were unseen for the longest, where nothing lists what was changed. A Schedule starts each round. */
export async function rollingCheck(pair: PairInput): Promise<RollingCheckSummary> {
  return checkOldest(pair);
}
