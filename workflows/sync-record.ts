import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  checkUpdateName,
  heartbeatTimeoutMs,
  hintSignalName,
  longestTimerMs,
  passTimeoutMs,
  type PassSummary,
  type RecordInput,
  type SyncActivities,
} from './contract.ts';

/** "Something about this record may have changed." Carries nothing: the pass looks at both systems itself. */
export const hintSignal = defineSignal(hintSignalName);
/** Looks at the record and answers with what came of it; never dropped because a look is under way. */
export const checkUpdate = defineUpdate<PassSummary>(checkUpdateName);

const { reconcile } = proxyActivities<SyncActivities>({
  startToCloseTimeout: passTimeoutMs,
  heartbeatTimeout: heartbeatTimeoutMs,
  // Failures of records are outcomes, not errors; what reaches Temporal is a dead worker or a database that is down.
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/**
 * Owns one record while it runs: its id is the lock. Any number of hints that arrive during a pass become one more pass,
 * so that the last change is never missed and a burst costs little. Ends as soon as nothing is left to do.
 */
export async function syncRecord(record: RecordInput): Promise<void> {
  let dirty = true;
  let begun = 0;
  let ended = 0;
  let askedFor = 0;
  let last: PassSummary | undefined;

  setHandler(hintSignal, () => {
    dirty = true;
  });
  setHandler(checkUpdate, async () => {
    const wanted = begun + 1;
    askedFor = wanted;
    dirty = true;
    await condition(() => ended >= wanted);
    if (last === undefined) throw new Error('A pass has ended without a summary');
    return last;
  });

  while (dirty) {
    dirty = false;
    begun += 1;
    const summary = await reconcile(record);
    // A look that found no hint has nothing to tell: the look before it had already answered that hint.
    if (summary.outcome.kind !== 'nothing' || last === undefined) last = summary;
    ended = begun;
    if (summary.again) dirty = true;
    const waitMs = shortWait(summary);
    if (!dirty && waitMs !== null) {
      await condition(() => dirty, waitMs);
      dirty = true;
    }
    // A check that waits for the next pass gets it from this run: the next run does not know of it.
    if (dirty && ended >= askedFor && workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof syncRecord>(record);
    }
    if (!dirty) await condition(allHandlersFinished);
  }
}

function shortWait({ outcome }: PassSummary): number | null {
  if (outcome.kind !== 'waiting' || outcome.retryInMs === null) return null;
  return outcome.retryInMs <= longestTimerMs ? outcome.retryInMs : null;
}
