import { fileURLToPath } from 'node:url';
import {
  type Client,
  WithStartWorkflowOperation,
  type WorkflowExecutionDescription,
  type WorkflowUpdateHandle,
  WorkflowUpdateStage,
} from '@temporalio/client';
import { spawnTethered } from '../../cli/temporal-server/child-process.ts';
import {
  checkUpdateName,
  hintSignalName,
  type PassSummary,
  type RecordInput,
  syncRecordWorkflow,
  workflowIdOf,
} from '../../workflows/contract.ts';
import type { HeldActivity, HeldWork } from './held-work.ts';
import type { ClosedGate, TaskGate } from './task-gate.ts';
import { until } from './until.ts';
import { taskQueue } from './worker-of-stage.ts';

type SyncRecord = (record: RecordInput) => Promise<void>;

/** One record's workflow on a real server, and everything that can happen to it. */
export interface Stage {
  readonly workflowId: string;
  /** Tells it of a change, as the doorbell does. */
  readonly ring: () => Promise<void>;
  /** Asks it for a look, as a person's check does. Resolves when the workflow has taken the request. */
  readonly check: () => Promise<WorkflowUpdateHandle<PassSummary>>;
  /** The next attempt of a pass that has begun. */
  readonly nextPass: () => Promise<HeldWork<PassSummary>>;
  /** Holds back the workflow's next task after the server has handed it out. */
  readonly closeGate: () => ClosedGate;
  readonly timerRuns: () => Promise<void>;
  /** Resolves when the workflow has nothing to do but wait for its pass. */
  readonly isCalm: () => Promise<void>;
  /** Lets a worker in another process begin the pass, and kills it with SIGKILL. */
  readonly killWorkerInPass: () => Promise<void>;
  /** Events of the latest run so far. */
  readonly countEvents: () => Promise<number>;
  readonly ended: () => Promise<void>;
}

export interface StageParts {
  readonly client: Client;
  readonly address: string;
  readonly record: RecordInput;
  readonly passes: HeldActivity<PassSummary>;
  readonly gate: TaskGate;
}

export function createStage({ client, address, record, passes, gate }: StageParts): Stage {
  const workflowId = workflowIdOf(record, taskQueue);
  const start = { workflowId, taskQueue, args: [record] as [RecordInput] };
  const handle = client.workflow.getHandle(workflowId);
  const describedAs = (what: string, holds: (description: WorkflowExecutionDescription) => boolean) =>
    until(what, async () => holds(await handle.describe()));
  return {
    workflowId,
    ring: async () => {
      await client.workflow.signalWithStart(syncRecordWorkflow, { ...start, signal: hintSignalName, signalArgs: [] });
    },
    check: () =>
      client.workflow.startUpdateWithStart<SyncRecord, PassSummary, []>(checkUpdateName, {
        startWorkflowOperation: new WithStartWorkflowOperation<SyncRecord>(syncRecordWorkflow, {
          ...start,
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
        waitForStage: WorkflowUpdateStage.ACCEPTED,
      }),
    nextPass: () => passes.next(),
    closeGate: () => gate.close(),
    timerRuns: () =>
      until('a timer runs', async () => {
        const { events } = await handle.fetchHistory();
        return (events ?? []).some((event) => event.timerStartedEventAttributes != null);
      }),
    isCalm: () => describedAs('no task of the workflow waits', ({ raw }) => raw.pendingWorkflowTask == null),
    killWorkerInPass: async () => {
      const script = fileURLToPath(new URL('worker-to-kill.ts', import.meta.url));
      const child = spawnTethered({ command: process.execPath, commandArguments: [script, address] });
      await describedAs('a pass runs', ({ raw }) =>
        (raw.pendingActivities ?? []).some(({ lastStartedTime }) => lastStartedTime != null),
      );
      child.signal('SIGKILL');
      await child.exited;
    },
    countEvents: async () => (await handle.describe()).historyLength,
    ended: () => handle.result() as Promise<void>,
  };
}
