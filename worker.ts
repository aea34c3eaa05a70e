import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from './activities/create-activities.ts';
import { definitionText } from './engine/definition-text.ts';
import { PairStore } from './store/pairs.ts';
import { syncDependencies, type SyncParts } from './sync-dependencies.ts';
import { heartbeatTimeoutMs, passTimeoutMs } from './workflows/contract.ts';

/** Built once by `npm run build`. */
const workflowBundle = { codePath: new URL('./dist/workflow-bundle.js', import.meta.url).pathname };

export interface WorkerOptions extends SyncParts {
  readonly temporal: { readonly address: string; readonly namespace: string; readonly taskQueue: string };
}

export interface RunningWorker {
  /** Settles when the worker has ended; rejects if it broke. */
  readonly ended: Promise<void>;
  /** Takes no new work, lets running passes finish, then ends. */
  shutdown(): Promise<void>;
}

/**
 * Composes the worker of this process. A pair whose definition has changed is told to the observer: its passes write
 * nothing until somebody has accepted it.
 * @throws if Temporal or the database does not answer: the caller decides when to try again
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { temporal, ...parts } = options;
  const connection = await NativeConnection.connect({ address: temporal.address });
  const worker = await createWorker(connection, temporal, parts).catch(async (error: unknown) => {
    await connection.close();
    throw error;
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

async function createWorker(
  connection: NativeConnection,
  { namespace, taskQueue }: WorkerOptions['temporal'],
  parts: SyncParts,
): Promise<Worker> {
  await introducePairs(parts);
  return Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle,
    activities: createActivities(syncDependencies(parts)),
    maxConcurrentActivityTaskExecutions: 20,
    maxHeartbeatThrottleInterval: heartbeatTimeoutMs / 3,
    shutdownGraceTime: passTimeoutMs,
  });
}

async function introducePairs({ database, pairs, observer }: SyncParts): Promise<void> {
  const store = new PairStore(database.db);
  for (const pair of pairs) {
    if (await store.introduce(pair.name, definitionText(pair), new Date())) continue;
    const { name } = pair;
    const advice = `\`tandem plan ${name}\` shows what it would write, \`tandem plan ${name} --accept\` accepts it`;
    observer.onProblem('The definition of a pair has changed: nothing is written for it until somebody accepts it', {
      pair: name,
      advice,
    });
  }
}
