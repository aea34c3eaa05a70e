import { fileURLToPath } from 'node:url';
import type { PayloadCodec } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import { recorder } from './scrub.ts';

export const taskQueue = 'recorder';
const codePath = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

export interface StageWorkerOptions {
  /** `host:port` of the Temporal server. */
  readonly address: string;
  /** By name. */
  readonly activities: object;
  readonly codec?: PayloadCodec;
}

/** Runs the built workflows until the work is done, or for ever without it. */
export async function runStageWorker(options: StageWorkerOptions, work?: () => Promise<void>): Promise<void> {
  const { address, activities, codec } = options;
  const connection = await NativeConnection.connect({ address });
  try {
    const worker = await Worker.create({
      connection,
      taskQueue,
      identity: recorder,
      workflowBundle: { codePath },
      activities,
      ...(codec === undefined ? {} : { dataConverter: { payloadCodecs: [codec] } }),
    });
    await (work === undefined ? worker.run() : worker.runUntil(work));
  } finally {
    await connection.close();
  }
}
