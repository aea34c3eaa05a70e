import type { Client } from '@temporalio/client';
import pLimit from 'p-limit';
import type { Logger } from '../log.ts';
import { type HintTrigger, rankOf } from '../store/hint-classes.ts';
import type { HintStore } from '../store/hints.ts';
import type { RecordKey, RecordRef } from '../store/record-refs.ts';
import { hintSignalName, syncRecordWorkflow, workflowIdOf } from '../workflows/contract.ts';

/** How many workflows are told at the same time, whatever the size of a batch. */
const ringsAtOnce = 10;
const ringTimeoutMs = 10_000;

export interface RingFor extends RecordRef {
  /** Who said that the record may have changed; a person, where nothing else is said. */
  readonly trigger?: HintTrigger;
}

interface Visitor extends RecordKey {
  readonly trigger: HintTrigger;
}

/** Tells records' workflows that there is something to look at. */
export interface Doorbell {
  /** Never throws: what could not be rung is found by the sweeper. @returns whether all of them were told */
  ring(refs: readonly RingFor[]): Promise<boolean>;
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

  const tell = async (visitor: Visitor): Promise<boolean> => {
    try {
      await signal(client, taskQueue, visitor);
      if (isOut) log.info('Temporal is told of changes again');
      isOut = false;
      return true;
    } catch (error) {
      report(error);
      return false;
    }
  };

  /** While Temporal is away one of them is tried, and the others only if that is heard. */
  const tellAll = async (owners: readonly Visitor[]): Promise<readonly boolean[]> => {
    const [first, ...others] = owners;
    const isFirstTold = isOut && first !== undefined ? await tell(first) : null;
    const rest = isFirstTold === null ? owners : others;
    const told = await Promise.all(rest.map((owner) => limit(() => (isOut ? false : tell(owner)))));
    return isFirstTold === null ? told : [isFirstTold, ...told];
  };

  return {
    async ring(refs) {
      try {
        const owners = await hints().owners(refs);
        const told = await tellAll(
          owners.map((owner, index) => ({ ...owner, trigger: refs[index]?.trigger ?? 'person' })),
        );
        const unheard = refs.filter((_, index) => told[index] !== true);
        await hints().notRung(unheard);
        return unheard.length === 0;
      } catch (error) {
        // The database is away: the rows are still marked as rung, and rung again after a while.
        report(error);
        return false;
      }
    },
  };
}

const signal = (client: Client, taskQueue: string, { trigger, ...owner }: Visitor) =>
  client.withDeadline(Date.now() + ringTimeoutMs, () =>
    client.workflow.signalWithStart(syncRecordWorkflow, {
      workflowId: workflowIdOf(owner, taskQueue),
      taskQueue,
      args: [owner],
      signal: hintSignalName,
      signalArgs: [],
      // Where the queue is long, the urgent ones are taken out of it first.
      priority: { priorityKey: rankOf(trigger) },
    }),
  );

const reasonOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
