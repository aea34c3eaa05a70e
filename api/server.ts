import { Client, type Connection } from '@temporalio/client';
import type { FastifyInstance } from 'fastify';
import type { CallBudget } from '../connectors/call-budget.ts';
import type { Call, Connector } from '../connectors/connector.ts';
import { BudgetSpent } from '../connectors/errors.ts';
import type { SendingConnector } from '../connectors/webhook-source.ts';
import { referencesOf } from '../engine/import-order.ts';
import type { PairDefinition } from '../engine/pair.ts';
import type { ApiToken } from '../api-token.ts';
import type { Logger } from '../log.ts';
import type { Recurring } from '../recurring.ts';
import type { Secret } from '../secret.ts';
import type { OpenDatabase } from '../store/database.ts';
import { lazyConnection } from '../temporal-connection.ts';
import { CensusRunStore } from '../store/census-runs.ts';
import { CensusViews } from '../store/census-views.ts';
import { CircuitStore } from '../store/circuits.ts';
import { ConflictStore } from '../store/conflicts.ts';
import { CursorStore } from '../store/cursors.ts';
import { EchoStore } from '../store/echoes.ts';
import { FeedCursorStore } from '../store/feed-cursors.ts';
import { HintStore } from '../store/hints.ts';
import { reached } from '../store/no-database.ts';
import { PairStore } from '../store/pairs.ts';
import { RecordStore } from '../store/records.ts';
import { SightingStore } from '../store/sightings.ts';
import { WebhookRegistrationStore } from '../store/webhook-registrations.ts';
import { VisitStore } from '../store/visits.ts';
import { BearerTokens } from './bearer-tokens.ts';
import { buildApi } from './build-api.ts';
import { startCensusKeeper } from './census-keeper.ts';
import { createCensusStarter } from './census-starter.ts';
import { createChecker } from './checker.ts';
import type { ApiDependencies, PairInfo, Previewer } from './dependencies.ts';
import { createDoorbell } from './doorbell.ts';
import { defaultTimeouts, type HttpLimits } from './http-limits.ts';
import type { Metrics } from './metrics.ts';
import { composePortal, type PortalSettings } from './portal/compose-portal.ts';
import { createRoom } from './room.ts';
import { startSweeper } from './sweeper.ts';
import { createDeliveries } from './webhooks/deliveries.ts';
import { createNews, type NewsOptions } from './webhooks/news.ts';
import { createWebhookDesk } from './webhooks/webhook-desk.ts';
import type { WatchedSystems } from './watching.ts';
import type { PossibleSender } from './webhooks/sender.ts';
import { createWebhookSecrets } from './webhooks/webhook-secrets.ts';

/** A system whose webhooks are taken. */
export interface SendingSystem {
  readonly connector: SendingConnector;
  /** Keys of webhooks that our user can't see there, by what their requests claim to be. */
  readonly webhookSecrets: ReadonlyMap<string, Secret>;
}

export interface ApiOptions {
  readonly host: string;
  readonly port: number;
  readonly temporal: { readonly address: string; readonly namespace: string; readonly taskQueue: string };
  /** Null while the database does not answer yet; what needs it is answered with 503 until it does. */
  readonly database: () => OpenDatabase | null;
  readonly pairs: readonly PairDefinition[];
  readonly connectors: readonly Connector[];
  readonly sending: readonly SendingSystem[];
  /** Where the systems reach us, without a slash at the end; null: nobody has said. */
  readonly publicUrl: string | null;
  readonly preview: Previewer;
  readonly watched: WatchedSystems;
  /** The calls that may be sent, as all processes share them. */
  readonly budget: (database: OpenDatabase) => CallBudget;
  readonly tokens: ReadonlyMap<string, ApiToken>;
  /** Null: this installation has no portal. */
  readonly portal: PortalSettings | null;
  readonly limits: Omit<HttpLimits, 'timeouts'>;
  readonly metrics: Metrics;
  readonly log: Logger;
}

export interface RunningApi {
  readonly url: string;
  /** Takes no more requests, stops sweeping, ends the connections. */
  stop(): Promise<void>;
}

const sweepEveryMs = 5_000;
const censusesKeptEveryMs = 10_000;
const checkAnswersWithinMs = 25_000;

/** Composes the HTTP side of this process and listens. */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const { log, temporal, publicUrl, metrics } = options;
  const connection = lazyConnection(temporal.address);
  const client = new Client({ connection, namespace: temporal.namespace });
  const store = createStore(options.database);
  const hints = (): HintStore => store().hints;
  const budget = (): CallBudget => options.budget(open(options.database));
  const now = (): Date => new Date();
  const { taskQueue } = temporal;
  const census = createCensusStarter({ client, taskQueue, log });
  const doorbell = createDoorbell({ client, taskQueue, hints, log });
  const registrations = (): WebhookRegistrationStore => store().registrations;
  const pairs = options.pairs.map(pairInfoOf);
  const { connectors } = options;
  const deps: ApiDependencies = {
    pairs,
    store,
    budget,
    doorbell,
    checker: createChecker({ client, taskQueue, hints, now, answerWithinMs: checkAnswersWithinMs }),
    preview: options.preview,
    watched: options.watched,
    census,
    pageSizes: pageSizesOf(connectors),
    webhookSenders: options.sending.map((sending) => composeSender(sending, options, { registrations, budget })),
    news: createNews({ pairs: options.pairs, store: newsStores(options.database), now }),
    deliveries: createDeliveries({ registrations, log, now }),
    webhookDesk: createWebhookDesk({ pairs, connectors, publicUrl, registrations, budget, metrics, client, taskQueue }),
    tokens: new BearerTokens(options.tokens),
    portal: options.portal === null ? null : composePortal(options.portal, () => open(options.database)),
    metrics,
    log,
    now,
    pings: { database: () => open(options.database).ping(), temporal: () => pingTemporal(client) },
  };
  const app = buildApi(deps, { ...options.limits, timeouts: defaultTimeouts });
  const url = await app.listen({ host: options.host, port: options.port });
  const sweeper = startSweeper({
    ...{ hints, doorbell, log, now, everyMs: sweepEveryMs },
    pairs: options.pairs.map(({ name }) => name),
    room: createRoom({ pairs: options.pairs, budget, hints, now }),
  });
  const keeper = startCensusKeeper({
    ...{ starter: census, everyMs: censusesKeptEveryMs, log },
    views: () => store().censusViews,
  });
  log.info({ url }, 'The API listens');
  return { url, stop: () => stop(app, [sweeper, keeper], connection) };
}

const pageSizesOf = (connectors: readonly Connector[]): ReadonlyMap<string, number> =>
  new Map(connectors.flatMap(({ system, list }) => (list === null ? [] : [[system, list.longestPage]])));

const open = (database: ApiOptions['database']): OpenDatabase => reached(database());

const pairInfoOf = (pair: PairDefinition): PairInfo => ({
  name: pair.name,
  ...pair.title,
  showsStatus: pair.status !== null,
  pointsTo: [...new Set(referencesOf(pair).map(({ target }) => target))],
});

function newsStores(database: ApiOptions['database']): NewsOptions['store'] {
  return () => {
    const { db } = open(database);
    return { sightings: new SightingStore(db), echoes: new EchoStore(db) };
  };
}

/** The stores, made once the database is there. */
function createStore(database: ApiOptions['database']): ApiDependencies['store'] {
  let made: ReturnType<ApiDependencies['store']> | undefined;
  return () => {
    const { db } = open(database);
    made ??= {
      hints: new HintStore(db),
      records: new RecordStore(db),
      pairs: new PairStore(db),
      conflicts: new ConflictStore(db),
      circuits: new CircuitStore(db),
      registrations: new WebhookRegistrationStore(db),
      cursors: new CursorStore(db),
      feedCursors: new FeedCursorStore(db),
      visits: new VisitStore(db),
      censusRuns: new CensusRunStore(db),
      censusViews: new CensusViews(db),
    };
    return made;
  };
}

function composeSender(
  { connector, webhookSecrets }: SendingSystem,
  { metrics, log }: ApiOptions,
  { registrations, budget }: { registrations: () => WebhookRegistrationStore; budget: () => CallBudget },
): PossibleSender {
  const { system, webhookSource: source } = connector;
  const onProblem = (error: unknown): void => {
    const reason = error instanceof Error ? error.name : 'unknown';
    log.warn({ system, reason }, 'The keys of webhooks could not be read');
  };
  const secrets = createWebhookSecrets({
    configured: new Map([...webhookSecrets].map(([claim, secret]) => [claim, secret.reveal()])),
    fetch: async () => {
      const reserved = await budget().reserve(system, 1, 'webhook');
      if (reserved.kind === 'spent') throw new BudgetSpent(`${system}: the budget of calls is spent`, { system });
      const signal = AbortSignal.timeout(connector.timeoutMs);
      const beforeCall = async (call: Call): Promise<void> => {
        await reserved.reservation.take();
        metrics.onCall(call);
      };
      return source.readKeys({ signal, beforeCall }).finally(() => reserved.reservation.settle());
    },
    registered: async (claim) => {
      const known = await registrations().known(system);
      return known.filter((one) => source.claimOf(one) === claim).map(({ id }) => id);
    },
    onProblem,
    now: Date.now,
  });
  return { system, source, secrets };
}

const pingTimeoutMs = 2_000;

const pingTemporal = (client: Client): Promise<unknown> =>
  client.withDeadline(Date.now() + pingTimeoutMs, () =>
    client.workflowService.describeNamespace({ namespace: client.options.namespace }),
  );

async function stop(app: FastifyInstance, recurring: readonly Recurring[], connection: Connection): Promise<void> {
  await app.close();
  await Promise.all(recurring.map((one) => one.stop()));
  await connection.close();
}
