import { NativeConnection, Worker } from '@temporalio/worker';
import type { PassObserver } from './activities/dependencies.ts';
import { createActivities } from './activities/create-activities.ts';
import type { Connector } from './connectors/connector.ts';
import type { PairDefinition } from './engine/pair.ts';
import type { RetryPolicy } from './engine/retry.ts';
import type { OpenDatabase } from './store/database.ts';
import { LinkStore } from './store/links.ts';
import { PassStore } from './store/passes.ts';
import { PairStore } from './store/records.ts';
import { heartbeatTimeoutMs, passTimeoutMs } from './workflows/contract.ts';

/** Built once by `npm run build`. */
const workflowBundle = { codePath: new URL('./dist/workflow-bundle.js', import.meta.url).pathname };

export interface WorkerOptions {
  readonly temporal: { readonly address: string; readonly namespace: string; readonly taskQueue: string };
  readonly database: OpenDatabase;
  readonly pairs: readonly PairDefinition[];
  /** By the system's name as the pairs spell it. */
  readonly connectors: Readonly<Record<string, Connector>>;
  readonly retry: RetryPolicy;
  readonly observer: PassObserver;
}

export interface RunningWorker {
  /** Settles when the worker has ended; rejects if it broke. */
  readonly ended: Promise<void>;
  /** Takes no new work, lets running passes finish, then ends. */
  shutdown(): Promise<void>;
}

/** Composes the worker of this process. @throws if Temporal does not answer: the caller decides when to try again. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { address, namespace, taskQueue } = options.temporal;
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle,
    activities: createActivities({
      pairs: options.pairs,
      connectors: options.connectors,
      passes: new PassStore(options.database.db),
      links: new LinkStore(options.database.db),
      pairStops: new PairStore(options.database.db),
      retry: options.retry,
      observer: options.observer,
      now: () => new Date(),
      random: Math.random,
    }),
    maxConcurrentActivityTaskExecutions: 20,
    maxHeartbeatThrottleInterval: heartbeatTimeoutMs / 3,
    shutdownGraceTime: passTimeoutMs,
  });
  const ended = worker.run().finally(() => connection.close());
  // Whoever waits for the end hears of a failure; nobody waiting must not end the process.
  ended.catch(() => undefined);
  return {
    ended,
    shutdown: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
}
