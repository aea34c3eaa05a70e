import { setTimeout } from 'node:timers/promises';
import { type Client, WithStartWorkflowOperation, WorkflowUpdateStage } from '@temporalio/client';
import type { HintStore } from '../store/hints.ts';
import { type RecordKey, refOfKey } from '../store/record-refs.ts';
import { rankOf } from '../store/hint-classes.ts';
import { checkUpdateName, type PassSummary, syncRecordWorkflow, workflowIdOf } from '../workflows/contract.ts';

type SyncRecord = (record: RecordKey) => Promise<void>;

export type CheckAnswer =
  | { readonly kind: 'finished'; readonly summary: PassSummary }
  /** Stored, and done as soon as possible. `not_started`: Temporal, or every worker, did not answer in time. */
  | { readonly kind: 'pending'; readonly workflowId: string; readonly reason: 'still_running' | 'not_started' };

/** A person's "look at this record now". Asks again by itself while the budget has no calls left, as long as it may. */
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

const outOfCallsPauseMs = 250;
/** With less, a question that could not be put in time would hide the answer there is: that the budget is used up. */
const leastForAskingMs = 1_000;

export function createChecker({ client, taskQueue, hints, now, answerWithinMs }: CheckerOptions): Checker {
  const begin = (owner: RecordKey, endMs: number) => {
    const startWorkflowOperation = new WithStartWorkflowOperation<SyncRecord>(syncRecordWorkflow, {
      workflowId: workflowIdOf(owner, taskQueue),
      taskQueue,
      args: [owner],
      workflowIdConflictPolicy: 'USE_EXISTING',
      priority: { priorityKey: rankOf('person') },
    });
    return client.withDeadline(endMs, () =>
      client.workflow.startUpdateWithStart<SyncRecord, PassSummary, []>(checkUpdateName, {
        startWorkflowOperation,
        waitForStage: WorkflowUpdateStage.ACCEPTED,
      }),
    );
  };
  const ask = async (record: RecordKey, endMs: number): Promise<CheckAnswer> => {
    // Stored first: whatever becomes of Temporal, this look will happen.
    const ref = refOfKey(record);
    await hints().add([{ ...ref, trigger: 'person' }], now());
    const [owner = record] = await hints().owners([ref]);
    const handle = await within(begin(owner, endMs), endMs - Date.now()).catch(() => null);
    const summary = handle === null ? null : await within(handle.result(), endMs - Date.now()).catch(() => null);
    if (summary !== null) return { kind: 'finished', summary };
    await hints().notRung([ref]);
    const reason = handle === null ? 'not_started' : 'still_running';
    return { kind: 'pending', workflowId: workflowIdOf(owner, taskQueue), reason };
  };
  return {
    async check(record) {
      const endMs = Date.now() + answerWithinMs;
      let answer = await ask(record, endMs);
      while (isOutOfCalls(answer) && Date.now() + outOfCallsPauseMs + leastForAskingMs < endMs) {
        await setTimeout(outOfCallsPauseMs);
        answer = await ask(record, endMs);
      }
      return answer;
    },
  };
}

/** Looked at nothing, since the system's budget was used up at that moment; a person would ask again. */
const isOutOfCalls = (answer: CheckAnswer): boolean =>
  answer.kind === 'finished' &&
  answer.summary.outcome.kind === 'held_back' &&
  answer.summary.outcome.code === 'budget_spent';

async function within<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  promise.catch(() => undefined);
  const timer = new AbortController();
  const late = setTimeout(ms, null, timer);
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}
