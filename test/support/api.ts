import { Writable } from 'node:stream';
import { expect } from '@jest/globals';
import { Client } from '@temporalio/client';
import { ApiToken } from '../../api-token.ts';
import { BearerTokens } from '../../api/bearer-tokens.ts';
import { buildApi } from '../../api/build-api.ts';
import type { CensusStarter } from '../../api/census-starter.ts';
import { createChecker } from '../../api/checker.ts';
import type { ApiDependencies } from '../../api/dependencies.ts';
import type { Doorbell } from '../../api/doorbell.ts';
import { defaultTimeouts, type HttpLimits } from '../../api/http-limits.ts';
import { createMetrics } from '../../api/metrics.ts';
import { createDeliveries } from '../../api/webhooks/deliveries.ts';
import { createNews } from '../../api/webhooks/news.ts';
import { createWebhookDesk } from '../../api/webhooks/webhook-desk.ts';
import type { PossibleSender } from '../../api/webhooks/sender.ts';
import { createWebhookSecrets } from '../../api/webhooks/webhook-secrets.ts';
import type { Connector } from '../../connectors/connector.ts';
import { createEspoCrmWebhookSource } from '../../connectors/espocrm/webhook-source.ts';
import { freePort } from '../../cli/temporal-server/free-port.ts';
import { createLog, type Logger } from '../../log.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { CensusRunStore } from '../../store/census-runs.ts';
import { CensusViews } from '../../store/census-views.ts';
import { CircuitStore } from '../../store/circuits.ts';
import { ConflictStore } from '../../store/conflicts.ts';
import { CursorStore } from '../../store/cursors.ts';
import { EchoStore } from '../../store/echoes.ts';
import { FeedCursorStore } from '../../store/feed-cursors.ts';
import { HintStore } from '../../store/hints.ts';
import type { RecordRef } from '../../store/record-refs.ts';
import { openInMemory } from './embedded.ts';
import { PairStore } from '../../store/pairs.ts';
import { RecordStore } from '../../store/records.ts';
import { SightingStore } from '../../store/sightings.ts';
import { WebhookRegistrationStore } from '../../store/webhook-registrations.ts';
import { VisitStore } from '../../store/visits.ts';
import type { CensusInput } from '../../workflows/contract.ts';
import { lazyConnection } from '../../temporal-connection.ts';
import { unlimitedBudget } from './unlimited-budget.ts';

export const testToken = 'ops-token-of-the-tests';

/** A doorbell that only remembers who was rung. */
export class RecordingDoorbell implements Doorbell {
  readonly rung: RecordRef[] = [];

  ring(refs: readonly RecordRef[]): Promise<boolean> {
    this.rung.push(...refs);
    return Promise.resolve(true);
  }
}

/** Remembers which walks were to be started or looked at. */
export class RecordingStarter implements CensusStarter {
  readonly started: CensusInput[] = [];
  readonly looked: CensusInput[] = [];
  isTemporalThere = true;

  start(run: CensusInput): Promise<boolean> {
    this.started.push(run);
    return Promise.resolve(this.isTemporalThere);
  }

  look(run: CensusInput): Promise<boolean> {
    this.looked.push(run);
    return Promise.resolve(this.isTemporalThere);
  }
}

/** The HTTP side on a port of its own, with an embedded database and without Temporal. */
export interface ApiUnderTest {
  readonly url: string;
  readonly database: OpenDatabase;
  readonly doorbell: RecordingDoorbell;
  stop(): Promise<void>;
}

/** The keys of one EspoCRM's webhooks. */
export interface WebhookKeys {
  readonly secrets?: ReadonlyMap<string, string>;
  /** What the system answers when it is asked for its webhooks' keys. */
  readonly fetchSecrets?: () => Promise<ReadonlyMap<string, string>>;
}

/** The keys are those of 'EspoCRM'. */
export interface ApiTestOptions extends WebhookKeys {
  readonly pairs?: ApiDependencies['pairs'];
  /** Stays open when the API is stopped; without it there is one of its own. */
  readonly database?: OpenDatabase;
  /** Systems whose registrations are shown. */
  readonly connectors?: readonly Connector[];
  readonly publicUrl?: string;
  /** Further instances, by name. */
  readonly otherCrms?: Readonly<Record<string, WebhookKeys>>;
  /** Systems of other kinds whose webhooks are taken. */
  readonly senders?: readonly PossibleSender[];
  /** Instead of the product's defaults. */
  readonly limits?: Partial<HttpLimits>;
  /** Replaces single parts. */
  readonly replace?: (deps: ApiDependencies, database: OpenDatabase) => Partial<ApiDependencies>;
}

const beteiligte = {
  name: 'beteiligte',
  master: { system: 'EspoCRM', entity: 'CBeteiligte' },
  replica: { system: 'Advoware', entity: 'Beteiligte' },
};

const limits: HttpLimits = {
  webhookRate: { calls: 600, perMs: 60_000 },
  apiRate: { calls: 600, perMs: 60_000 },
  portalRate: { calls: 6_000, perMs: 60_000 },
  trustedProxies: [],
  timeouts: defaultTimeouts,
};
/** For tests that ask more in a minute than anybody does. */
export const unlimited: Pick<HttpLimits, 'webhookRate' | 'apiRate' | 'portalRate'> = {
  portalRate: { calls: 1_000_000, perMs: 60_000 },
  webhookRate: { calls: 1_000_000, perMs: 60_000 },
  apiRate: { calls: 1_000_000, perMs: 60_000 },
};

/** How long a check waits for the Temporal that is not there. */
const answerWithinMs = 200;

export async function startTestApi(options: ApiTestOptions = {}): Promise<ApiUnderTest> {
  const database = options.database ?? (await openInMemory());
  const connection = lazyConnection(`127.0.0.1:${await freePort()}`);
  const doorbell = new RecordingDoorbell();
  const deps = dependencies(options, database, new Client({ connection }), doorbell);
  const app = buildApi({ ...deps, ...options.replace?.(deps, database) }, { ...limits, ...options.limits });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    database,
    doorbell,
    stop: async () => {
      app.server.closeAllConnections();
      await app.close();
      await connection.close();
      if (options.database === undefined) await database.close().catch(() => undefined);
    },
  };
}

function dependencies(
  { pairs = [beteiligte], otherCrms = {}, senders = [], connectors = [], publicUrl, ...keys }: ApiTestOptions,
  database: OpenDatabase,
  client: Client,
  doorbell: Doorbell,
): ApiDependencies {
  const store = storesOf(database);
  const now = (): Date => new Date();
  const hints = (): HintStore => store.hints;
  const registrations = (): WebhookRegistrationStore => store.registrations;
  const log = createLog('silent');
  const metrics = createMetrics({
    inbox: () => store.hints.depth(now()),
    openCircuits: () => Promise.resolve([]),
    watch: () => Promise.resolve([]),
  });
  const budget = () => unlimitedBudget;
  return {
    pairs,
    store: () => store,
    budget,
    doorbell,
    checker: createChecker({ client, taskQueue: 'nobody', hints, now, answerWithinMs }),
    preview: () => Promise.reject(new Error('There are no systems here')),
    watched: { catchUpEveryMs: 10_000, rollingCheckPeriodMs: 86_400_000, listing: new Set(['EspoCRM']) },
    census: new RecordingStarter(),
    pageSizes: new Map([['EspoCRM', 200]]),
    webhookSenders: [
      ...Object.entries({ EspoCRM: keys, ...otherCrms }).map(([system, known]) => espoCrm(system, known, store)),
      ...senders,
    ],
    news: createNews({
      ...{ pairs: [], now },
      store: () => ({ sightings: new SightingStore(database.db), echoes: new EchoStore(database.db) }),
    }),
    deliveries: createDeliveries({ registrations, log, now }),
    webhookDesk: createWebhookDesk({
      ...{ pairs, connectors, registrations, budget, metrics, client },
      publicUrl: publicUrl ?? null,
      taskQueue: 'nobody',
    }),
    tokens: new BearerTokens(new Map([['tests', ApiToken.inTheClear(testToken)]])),
    portal: null,
    metrics,
    log,
    now,
    pings: { database: () => database.ping(), temporal: () => Promise.reject(new Error('There is no Temporal here')) },
  };
}

const storesOf = ({ db }: OpenDatabase): ReturnType<ApiDependencies['store']> => ({
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
});

function espoCrm(
  system: string,
  { secrets = new Map(), fetchSecrets = () => Promise.resolve(new Map()) }: WebhookKeys,
  { registrations }: ReturnType<ApiDependencies['store']>,
): PossibleSender {
  const context = { signal: new AbortController().signal, beforeCall: () => undefined };
  const source = createEspoCrmWebhookSource(fetchSecrets);
  return {
    system,
    source,
    secrets: createWebhookSecrets({
      registered: async (id) => ((await registrations.isKnown(system, id)) ? [id] : []),
      configured: secrets,
      fetch: () => source.readKeys(context),
      onProblem: () => undefined,
      now: Date.now,
    }),
  };
}

/** One request to the ops API. */
export async function callOps(
  { url }: ApiUnderTest,
  method: string,
  path: string,
  { authorization = `Bearer ${testToken}`, body }: { authorization?: string; body?: unknown } = {},
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(authorization !== '' && { authorization }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
}

/** What a refusal looks like. */
export const refusedWith = (status: number, code: string, message: string | RegExp) => ({
  status,
  body: {
    error: { code, message: typeof message === 'string' ? message : (expect.stringMatching(message) as unknown) },
  },
});

/** A log whose lines can be read back. */
export function readableLog(level = 'trace'): { log: Logger; lines: () => string[] } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { log: createLog(level, stream), lines: () => text.split('\n').filter((line) => line !== '') };
}
