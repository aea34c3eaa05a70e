import type { Client } from '@temporalio/client';
import pLimit from 'p-limit';
import type { Logger } from '../log.ts';
import { type HintStore, type RecordKey, type RecordRef, refOfKey } from '../store/hints.ts';
import { hintSignalName, syncRecordWorkflow, workflowIdOf } from '../workflows/contract.ts';

/** How many workflows are told at the same time, whatever the size of a batch. */
const ringsAtOnce = 10;
const ringTimeoutMs = 10_000;

/** Tells records' workflows that there is something to look at. */
export interface Doorbell {
  /** Never throws: what could not be rung is found by the sweeper. */
  ring(refs: readonly RecordRef[]): Promise<void>;
}

export interface DoorbellOptions {
  readonly client: Client;
  readonly taskQueue: string;
  readonly hints: () => HintStore;
  readonly log: Logger;
}

export function createDoorbell({ client, taskQueue, hints, log }: DoorbellOptions): Doorbell {
  const limit = pLimit(ringsAtOnce);
  let isOut = false;

  const report = (error: unknown): void => {
    if (!isOut)
      log.warn({ reason: reasonOf(error) }, 'Temporal can not be told of changes; they are kept and told later');
    isOut = true;
  };

  const ringOne = async (ref: RecordRef, owner: RecordKey): Promise<void> => {
    try {
      await client.withDeadline(Date.now() + ringTimeoutMs, () =>
        client.workflow.signalWithStart(syncRecordWorkflow, {
          workflowId: workflowIdOf(owner),
          taskQueue,
          args: [owner],
          signal: hintSignalName,
          signalArgs: [],
        }),
      );
      if (isOut) log.info('Temporal is told of changes again');
      isOut = false;
    } catch (error) {
      report(error);
      await hints().notRung(ref);
    }
  };

  return {
    async ring(refs) {
      try {
        const owners = await hints().owners(refs);
        await Promise.all(owners.map((owner, index) => limit(() => ringOne(refs[index] ?? refOfKey(owner), owner))));
      } catch (error) {
        // The database is away: the rows are still marked as rung, and rung again after a while.
        report(error);
      }
    },
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
