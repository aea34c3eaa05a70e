import { type Client, WithStartWorkflowOperation, WorkflowUpdateStage } from '@temporalio/client';
import { type HintStore, type RecordKey, refOfKey } from '../store/hints.ts';
import { checkUpdateName, type PassSummary, syncRecordWorkflow, workflowIdOf } from '../workflows/contract.ts';

type SyncRecord = (record: RecordKey) => Promise<void>;

export type CheckAnswer =
  | { readonly kind: 'finished'; readonly summary: PassSummary }
  /** Stored, and done as soon as possible. */
  | {
      readonly kind: 'pending';
      readonly workflowId: string;
      readonly reason: 'still_running' | 'temporal_unreachable';
    };

/** A person's "look at this record now". */
export interface Checker {
  check(record: RecordKey): Promise<CheckAnswer>;
}

export interface CheckerOptions {
  readonly client: Client;
  readonly taskQueue: string;
  readonly hints: () => HintStore;
  readonly now: () => Date;
  /** How long to wait for the outcome. */
  readonly answerWithinMs: number;
}

export function createChecker({ client, taskQueue, hints, now, answerWithinMs }: CheckerOptions): Checker {
  const ask = async (owner: RecordKey): Promise<PassSummary> => {
    const startWorkflowOperation = new WithStartWorkflowOperation<SyncRecord>(syncRecordWorkflow, {
      workflowId: workflowIdOf(owner),
      taskQueue,
      args: [owner],
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    const handle = await client.workflow.startUpdateWithStart<SyncRecord, PassSummary, []>(checkUpdateName, {
      startWorkflowOperation,
      waitForStage: WorkflowUpdateStage.ACCEPTED,
    });
    return handle.result();
  };
  return {
    async check(record) {
      // Stored first: whatever becomes of Temporal, this look will happen.
      await hints().add([{ ...refOfKey(record), trigger: 'person' }], now());
      const [owner = record] = await hints().owners([refOfKey(record)]);
      const pending = { kind: 'pending', workflowId: workflowIdOf(owner) } as const;
      const asked = client.withDeadline(Date.now() + answerWithinMs, () => ask(owner));
      try {
        const summary = await within(asked, answerWithinMs);
        return summary === null ? { ...pending, reason: 'still_running' } : { kind: 'finished', summary };
      } catch {
        await hints().notRung(refOfKey(record));
        return { ...pending, reason: 'temporal_unreachable' };
      }
    },
  };
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  promise.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => {
      resolve(null);
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
