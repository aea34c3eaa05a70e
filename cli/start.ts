import { setTimeout as sleep } from 'node:timers/promises';
import { addHealth } from '../api/get-health.ts';
import { addMetrics } from '../api/get-metrics.ts';
import { requireBuiltWorkflows } from '../built-workflows.ts';
import { createMetrics, type Metrics, type MetricSources } from '../api/metrics.ts';
import { createSidecarServer } from '../api/http-server.ts';
import { type ApiOptions, type RunningApi, startApi } from '../api/server.ts';
import { feedStates, type WatchedSystems, watchStates } from '../api/watching.ts';
import {
  type Budgets,
  composeBudget,
  type Connectors,
  composeConnectors,
  composeDatabase,
  composePairs,
} from '../compose.ts';
import { type Config, InvalidConfig } from '../config.ts';
import type { CallBudget } from '../connectors/call-budget.ts';
import type { Connector } from '../connectors/connector.ts';
import type { PairDefinition } from '../engine/pair.ts';
import type { Logger } from '../log.ts';
import type { OpenDatabase } from '../store/database.ts';
import { CircuitStore } from '../store/circuits.ts';
import { CursorStore } from '../store/cursors.ts';
import { FeedCursorStore } from '../store/feed-cursors.ts';
import { DataDirectoryInUse } from '../store/directory-lock.ts';
import { HintStore } from '../store/hints.ts';
import { reached } from '../store/no-database.ts';
import { VisitStore } from '../store/visits.ts';
import { type RunningWorker, startWorker } from '../worker.ts';
import { composeNotifier } from './compose-notifier.ts';
import { composePreviewer } from './compose-previewer.ts';
import { portalOf } from './portal-settings.ts';
import { apiSettingsOf, rulesOf, temporalOf, watchedSystems, watchOf } from './service-settings.ts';

/** Which parts run in this process. */
export type Parts = 'all' | 'api' | 'worker';

export interface RunningTandem {
  readonly api: RunningApi | null;
  /** Settles when the worker is up for the first time; at once where this process has none. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

const tryAgainEveryMs = 2_000;

/**
 * Starts API, worker or both. Database and Temporal may come later: each is tried again until it is there, and said once.
 * @param pairs others than those of the configuration
 * @throws InvalidConfig if the parts can't run apart on the embedded database; DataDirectoryInUse if another process has it; WorkflowsNotBuilt
 */
export async function start(
  config: Config,
  parts: Parts,
  log: Logger,
  pairs = composePairs(config),
): Promise<RunningTandem> {
  refuseApartOnEmbedded(config, parts);
  if (parts !== 'api') requireBuiltWorkflows();
  const stopping = new AbortController();
  let opened: OpenDatabase | null = null;
  const connectors = composeConnectors(config, log, () => reached(opened).db);
  const watched = watchedSystems(config, connectors.bySystem, pairs);
  const sources = sourcesOf(() => opened, { pairs, watched });
  const metrics = createMetrics(parts === 'worker' ? null : sources);
  const budgets = composeBudget(config, log);

  // An embedded database that is in use is a mistake to be told now, not a start-up order to wait for.
  const database =
    config.DATABASE_URL === undefined
      ? Promise.resolve((opened = await composeDatabase(config, log)))
      : untilThere('The database', () => composeDatabase(config, log), stopping.signal, log);
  database.then((there) => (opened = there)).catch(() => undefined);

  const budget = onceOver(budgets);
  const common = { database: () => opened, budget, pairs, metrics, log };
  const api = parts === 'worker' ? null : await startApi(apiOptionsOf(config, common, { connectors, watched }));
  const sidecar = parts === 'worker' ? await startSidecar(config, metrics, () => opened) : null;
  const worked = { ...common, config, connectors: connectors.bySystem };
  const worker = parts === 'api' ? null : keepWorker({ ...worked, database }, stopping.signal);
  const notifier = parts === 'api' ? null : composeNotifier(worked);

  return {
    api,
    ready: worker?.ready ?? Promise.resolve(),
    async stop() {
      stopping.abort();
      await api?.stop();
      await sidecar?.close();
      await worker?.stop();
      await notifier?.stop();
      await connectors.close();
      budgets.close();
      await opened?.close();
    },
  };
}

type Shared = Pick<ApiOptions, 'database' | 'budget' | 'pairs' | 'metrics' | 'log'>;

function apiOptionsOf(
  config: Config,
  shared: Shared,
  { connectors, watched }: { readonly connectors: Connectors; readonly watched: WatchedSystems },
): ApiOptions {
  const { database, budget, metrics } = shared;
  const { sending, bySystem } = connectors;
  return {
    ...apiSettingsOf(config),
    ...shared,
    ...{ sending, connectors: Object.values(bySystem), watched },
    portal: portalOf(config, {
      connectors: bySystem,
      budget: () => budget(reached(database())),
      onCall: metrics.onCall.bind(metrics),
    }),
    preview: composePreviewer({ ...shared, ...rulesOf(config), connectors: bySystem }),
  };
}

/** One budget for this process: it remembers what it has told. */
function onceOver(budgets: Budgets): (database: OpenDatabase) => CallBudget {
  let made: CallBudget | undefined;
  return ({ db }) => (made ??= budgets.over(db));
}

/** Nothing waits and nothing is in trouble, as far as is known, before the database is there. */
function sourcesOf(
  opened: () => OpenDatabase | null,
  { pairs, watched: systems }: { readonly pairs: readonly PairDefinition[]; readonly watched: WatchedSystems },
): MetricSources {
  return {
    inbox: async () => {
      const database = opened();
      return database === null ? { waiting: 0, oldestDueAt: null } : new HintStore(database.db).depth(new Date());
    },
    openCircuits: async () => {
      const database = opened();
      return database === null ? [] : (await new CircuitStore(database.db).list()).map(({ system }) => system);
    },
    watch: async () => {
      const database = opened();
      if (database === null) return [];
      const stores = { cursors: new CursorStore(database.db), visits: new VisitStore(database.db) };
      return watchStates({
        ...stores,
        systems,
        pairs: pairs.map(({ name, title }) => ({ name, ...title })),
        now: new Date(),
      });
    },
    feeds: async () => {
      const database = opened();
      if (database === null) return [];
      return feedStates({ systems, feedCursors: new FeedCursorStore(database.db), now: new Date() });
    },
  };
}

function refuseApartOnEmbedded(config: Config, parts: Parts): void {
  if (parts === 'all' || config.DATABASE_URL !== undefined) return;
  throw new InvalidConfig([
    'DATABASE_URL is needed to run API and worker apart: the embedded database belongs to one process (`tandem start`)',
  ]);
}

/** Tries until it works. What is missing is said once, and that it is there afterwards. */
async function untilThere<T>(what: string, attempt: () => Promise<T>, signal: AbortSignal, log: Logger): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    try {
      const there = await attempt();
      if (failures > 0) log.info(`${what} answers now`);
      return there;
    } catch (error) {
      if (signal.aborted || error instanceof DataDirectoryInUse) throw error;
      const reason = error instanceof Error ? error.name : 'unknown';
      if (failures === 0) log.warn({ reason }, `${what} does not answer yet; trying again every 2 s`);
      await sleep(tryAgainEveryMs, undefined, { signal });
    }
  }
}

interface WorkerParts {
  readonly config: Config;
  readonly database: Promise<OpenDatabase>;
  readonly budget: (database: OpenDatabase) => CallBudget;
  readonly pairs: readonly PairDefinition[];
  readonly connectors: Readonly<Record<string, Connector>>;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Keeps a worker running: one that breaks, for instance with its connection, is started again. */
function keepWorker(parts: WorkerParts, signal: AbortSignal): { ready: Promise<void>; stop(): Promise<void> } {
  const { promise: ready, resolve } = Promise.withResolvers<undefined>();
  let running: RunningWorker | undefined;
  const isStopping = (): boolean => signal.aborted;
  const keep = async (): Promise<void> => {
    while (!isStopping()) {
      running = await untilThere('Temporal', () => startOne(parts), signal, parts.log);
      // Told to stop while it was being started: nobody had a worker to shut down.
      if (isStopping()) return running.shutdown();
      parts.log.info('The worker runs');
      resolve(undefined);
      await running.ended.catch((error: unknown) => {
        parts.log.error({ reason: error instanceof Error ? error.message : 'unknown' }, 'The worker broke');
      });
    }
  };
  const kept = keep().catch(() => undefined);
  return {
    ready,
    async stop() {
      await running?.shutdown().catch(() => undefined);
      await kept;
    },
  };
}

async function startOne({ config, metrics, log, ...parts }: WorkerParts): Promise<RunningWorker> {
  const database = await parts.database;
  return startWorker({
    ...parts,
    temporal: temporalOf(config),
    database,
    budget: parts.budget(database),
    ...rulesOf(config),
    graceMs: config.SHUTDOWN_GRACE,
    watch: watchOf(config),
    publicUrl: config.PUBLIC_URL ?? null,
    observer: {
      onPass: (pair, summary) => {
        metrics.onPass(pair, summary);
        const { outcome, fields, calls, tookMs } = summary;
        log.info({ pair, outcome, fields, calls, tookMs }, 'Looked at a record');
      },
      onCall: (call) => {
        metrics.onCall(call);
      },
      onProblem: (message, details) => {
        log.error(details, message);
      },
      onRecovery: (message, details) => {
        log.info(details, message);
      },
    },
  });
}

/** Health and metrics of a worker that has no API beside it. */
async function startSidecar(config: Config, metrics: Metrics, opened: () => OpenDatabase | null) {
  if (config.WORKER_PORT === undefined) return null;
  const app = createSidecarServer();
  const database = async (): Promise<void> => {
    await reached(opened()).ping();
  };
  addHealth(app, { pings: { database } });
  addMetrics(app, { metrics });
  await app.listen({ host: config.API_HOST, port: config.WORKER_PORT });
  return app;
}
