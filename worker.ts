import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from './activities/create-activities.ts';
import { createKeeperActivities } from './activities/webhook-keeper/create-keeper-activities.ts';
import type { GapFiller } from './activities/webhook-keeper/dependencies.ts';
import type { SyncDependencies } from './activities/dependencies.ts';
import { probeCircuits } from './activities/prober.ts';
import { definitionText } from './engine/definition-text.ts';
import { type Recurring, startRecurring } from './recurring.ts';
import { CircuitStore } from './store/circuits.ts';
import { LinkStore } from './store/links.ts';
import { PairStore } from './store/pairs.ts';
import { WebhookRegistrationStore } from './store/webhook-registrations.ts';
import { syncDependencies, type SyncParts } from './sync-dependencies.ts';
import { heartbeatTimeoutMs } from './workflows/contract.ts';

/** Built once by `npm run build`. */
const workflowBundle = { codePath: new URL('./dist/workflow-bundle.js', import.meta.url).pathname };

export interface WorkerOptions extends SyncParts {
  readonly temporal: { readonly address: string; readonly namespace: string; readonly taskQueue: string };
  /** How long passes that are under way may go on after a shutdown has begun; then they are handed over, in milliseconds. */
  readonly graceMs: number;
  /** What keeping the systems' webhooks takes; without it nobody keeps them. */
  readonly keeper?: KeeperParts;
}

export interface KeeperParts {
  readonly publicUrl: string | null;
  readonly gaps: GapFiller;
}

export interface RunningWorker {
  /** Settles when the worker has ended; rejects if it broke. */
  readonly ended: Promise<void>;
  /** Takes no new work, lets running passes finish or hands them over, then ends. */
  shutdown(): Promise<void>;
}

/**
 * Composes the worker of this process. A pair whose definition has changed is told to the observer: its passes write
 * nothing until somebody has accepted it.
 * @throws if Temporal or the database does not answer: the caller decides when to try again
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { temporal, graceMs, keeper, ...parts } = options;
  const connection = await NativeConnection.connect({ address: temporal.address });
  const worker = await createWorker(connection, { ...temporal, graceMs, keeper }, parts).catch(
    async (error: unknown) => {
      await connection.close();
      throw error;
    },
  );
  const prober = startProber(parts);
  const ended = worker
    .run()
    .finally(() => prober.stop())
    .finally(() => connection.close());
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
  {
    namespace,
    taskQueue,
    graceMs,
    keeper,
  }: WorkerOptions['temporal'] & {
    readonly graceMs: number;
    readonly keeper: KeeperParts | undefined;
  },
  parts: SyncParts,
): Promise<Worker> {
  await introducePairs(parts);
  const deps = syncDependencies(parts);
  return Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle,
    activities: {
      ...createActivities(deps),
      ...(keeper === undefined ? {} : createKeeperActivities(keeperDependencies(deps, parts, keeper))),
    },
    maxConcurrentActivityTaskExecutions: 20,
    maxHeartbeatThrottleInterval: heartbeatTimeoutMs / 3,
    shutdownGraceTime: graceMs,
  });
}

const keeperDependencies = (
  deps: SyncDependencies,
  { database: { db }, pairs, probeLadderMs }: SyncParts,
  keeper: KeeperParts,
) => ({
  ...deps,
  ...keeper,
  pairs: pairs.map(({ name, title }) => ({ name, ...title })),
  registrations: new WebhookRegistrationStore(db),
  circuits: new CircuitStore(db, probeLadderMs),
});

const probeEveryMs = 1_000;

/** Asks systems in trouble whether they answer again. */
function startProber({ database: { db }, probeLadderMs, ...parts }: SyncParts): Recurring {
  const circuits = new CircuitStore(db, probeLadderMs);
  const links = new LinkStore(db);
  return startRecurring({
    everyMs: probeEveryMs,
    run: async (signal) => {
      await probeCircuits({ ...parts, circuits, links, now: () => new Date() }, signal);
      return undefined;
    },
    onFailing: (error) => {
      const reason = error instanceof Error ? error.name : 'unknown';
      parts.observer.onProblem('Systems in trouble can not be asked whether they answer again', { reason });
    },
  });
}

async function introducePairs({ database, pairs, observer }: SyncParts): Promise<void> {
  const store = new PairStore(database.db);
  for (const pair of pairs) {
    if (await store.introduce(pair, definitionText(pair), new Date())) continue;
    const { name } = pair;
    const advice = `\`tandem plan ${name}\` shows what it would write, \`tandem plan ${name} --accept\` accepts it`;
    observer.onProblem('The definition of a pair has changed: nothing is written for it until somebody accepts it', {
      pair: name,
      advice,
    });
  }
}
