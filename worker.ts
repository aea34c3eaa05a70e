import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from './activities/create-activities.ts';
import { createKeeperActivities } from './activities/webhook-keeper/create-keeper-activities.ts';
import type { SyncDependencies, WorkerDependencies } from './activities/dependencies.ts';
import { createFinderActivities } from './activities/finder-activities.ts';
import { HaltWatch } from './activities/halt-watch.ts';
import { probeCircuits } from './activities/prober.ts';
import { builtWorkflows } from './built-workflows.ts';
import { createCensusAfterGap } from './census-after-gap.ts';
import { definitionText } from './engine/definition-text.ts';
import { type Recurring, startRecurring } from './recurring.ts';
import { keepSchedules, type WatchSettings } from './schedules.ts';
import { CircuitStore } from './store/circuits.ts';
import { CursorStore } from './store/cursors.ts';
import { FeedCursorStore } from './store/feed-cursors.ts';
import { LinkStore } from './store/links.ts';
import { PairStore } from './store/pairs.ts';
import { WebhookRegistrationStore } from './store/webhook-registrations.ts';
import { syncDependencies, type SyncParts } from './sync-dependencies.ts';
import { heartbeatEveryMs, walkHeartbeatTimeoutMs } from './workflows/contract.ts';

/** Built once by `npm run build`. */
const workflowBundle = { codePath: builtWorkflows };

export interface WorkerOptions extends SyncParts {
  readonly temporal: { readonly address: string; readonly namespace: string; readonly taskQueue: string };
  /** How long passes that are under way may go on after a shutdown has begun; then they are handed over, in milliseconds. */
  readonly graceMs: number;
  /** Where the systems reach us, without a slash at the end; null: nobody has said, so no webhooks are kept. */
  readonly publicUrl: string | null;
  readonly watch: WatchSettings;
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
  const { temporal, graceMs, watch, publicUrl, ...parts } = options;
  const connection = await NativeConnection.connect({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  const connected = { connection, client, watch, publicUrl };
  const halts = haltWatch(options);
  const worker = await createWorker(connected, { ...temporal, graceMs }, { ...parts, halts }).catch(
    async (error: unknown) => {
      await connection.close();
      throw error;
    },
  );
  halts.start();
  const prober = startProber(parts);
  const keeper = startScheduleKeeper(client, { ...parts, settings: watch, taskQueue: temporal.taskQueue });
  const ended = worker
    .run()
    .finally(() => prober.stop())
    .finally(() => keeper.stop())
    .finally(() => {
      halts.stop();
    })
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

interface Connected extends Pick<WorkerOptions, 'watch' | 'publicUrl'> {
  readonly connection: NativeConnection;
  readonly client: Client;
}

async function createWorker(
  { connection, client, watch, publicUrl }: Connected,
  { namespace, taskQueue, graceMs }: WorkerOptions['temporal'] & Pick<WorkerOptions, 'graceMs'>,
  { halts, ...parts }: SyncParts & Pick<WorkerDependencies, 'halts'>,
): Promise<Worker> {
  await introducePairs(parts);
  const deps = { ...syncDependencies(parts), halts };
  const census = createCensusAfterGap({ ...deps, client, taskQueue });
  const finders = createFinderActivities({
    ...finderDependencies(deps, parts),
    census,
    gapMs: Math.max(leastGapMs, 3 * (watch.catchUpEveryMs ?? 0)),
    periodMs: watch.rollingCheckPeriodMs ?? Number.POSITIVE_INFINITY,
  });
  const gaps = { cover: (pair: string, since: Date) => census.start({ pair }, since) };
  const keepers = createKeeperActivities({ ...keeperDependencies(deps, parts), publicUrl, gaps });
  return Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle,
    activities: { ...createActivities(deps), ...finders, ...keepers },
    maxConcurrentActivityTaskExecutions: 20,
    maxHeartbeatThrottleInterval: heartbeatEveryMs(walkHeartbeatTimeoutMs),
    shutdownGraceTime: graceMs,
  });
}

const finderDependencies = (deps: WorkerDependencies, { database: { db } }: SyncParts) => ({
  ...deps,
  db,
  circuits: new CircuitStore(db),
  cursors: new CursorStore(db),
  feedCursors: new FeedCursorStore(db),
});

const keeperDependencies = (deps: SyncDependencies, { database: { db }, pairs, probeLadderMs }: SyncParts) => ({
  ...deps,
  pairs: pairs.map(({ name, title }) => ({ name, ...title })),
  registrations: new WebhookRegistrationStore(db),
  circuits: new CircuitStore(db, probeLadderMs),
});

/** EspoCRM sends a webhook that was refused again for about this long: deletions of a shorter absence still come in. */
const leastGapMs = 600_000;

const keepSoonMs = 2_000;
const keepTimeoutMs = 30_000;
/** Somebody may delete one of them, or another worker may still have other settings. */
const keepAgainMs = 600_000;

/** Makes Temporal's Schedules what the settings want, as soon as it can. */
function startScheduleKeeper(
  client: Client,
  { observer, ...options }: Parameters<typeof keepSchedules>[1] & Pick<SyncParts, 'observer'>,
): Recurring {
  return startRecurring({
    everyMs: keepSoonMs,
    run: async (signal) => {
      const keep = () => client.withDeadline(Date.now() + keepTimeoutMs, () => keepSchedules(client, options));
      await client.withAbortSignal(signal, keep);
      return keepAgainMs;
    },
    onFailing: (error) => {
      const reason = error instanceof Error ? error.name : 'unknown';
      observer.onProblem("Temporal's Schedules can not be kept as the settings want them; tried again", { reason });
    },
  });
}

const haltWatch = ({ observer }: Pick<SyncParts, 'observer'>): HaltWatch =>
  new HaltWatch({
    onHalt: (haltedMs) => {
      observer.onProblem('This process was halted for a while: what it was doing is left to others or begun again', {
        haltedMs,
      });
    },
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
