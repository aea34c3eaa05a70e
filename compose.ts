import type { SendingSystem } from './api/server.ts';
import type { Config } from './config.ts';
import { createAdvowareConnector } from './connectors/advoware/connector.ts';
import type { CallBudget } from './connectors/call-budget.ts';
import { createLoggedCalls } from './connectors/call-log.ts';
import { createCallBudget } from './connectors/call-reservation.ts';
import type { Connector } from './connectors/connector.ts';
import type { EspoCrmAuth } from './connectors/espocrm/authentication.ts';
import { createEspoCrmConnector } from './connectors/espocrm/connector.ts';
import { createFallbackCalls } from './connectors/fallback-calls.ts';
import { createRedisCallLog } from './connectors/redis-call-log.ts';
import { createRedisTokenCache } from './connectors/redis-token-cache.ts';
import { createTokenCache, type TokenCache } from './connectors/token-cache.ts';
import { type Messages, messagesIn } from './engine/messages.ts';
import type { PairDefinition } from './engine/pair.ts';
import type { Logger } from './log.ts';
import { beteiligte } from './mappers/beteiligte.ts';
import { contacts } from './mappers/contacts.ts';
import type { Secret } from './secret.ts';
import { CallLogStore } from './store/call-log.ts';
import type { Database, OpenDatabase } from './store/database.ts';
import { openEmbedded } from './store/open-embedded.ts';
import { openPostgres } from './store/open-postgres.ts';

/** The parts that every command builds from the configuration in the same way. */
export const composePairs = (config: Config): readonly PairDefinition[] => [
  beteiligte({ readOnlyInAdvoware: config.ADVOWARE_READONLY_FIELDS }),
  ...(config.ESPOCRM2_URL === undefined ? [] : [contacts()]),
];

export const composeMessages = (config: Config): Messages => messagesIn(config.TANDEM_LANGUAGE, config.TANDEM_TIMEZONE);

export interface Connectors {
  /** Those whose webhooks are taken. */
  readonly sending: readonly SendingSystem[];
  /** By the system's name as the pairs spell it. */
  readonly bySystem: Readonly<Record<string, Connector>>;
  close(): Promise<void>;
}

export function composeConnectors(config: Config, log: Logger): Connectors {
  const tokens = composeTokens(config, log);
  const espoCrms = composeEspoCrms(config);
  const advoware = createAdvowareConnector({ ...advowareOptions(config), tokens: tokens.cache });
  const all: readonly Connector[] = [...espoCrms.map(({ connector }) => connector), advoware];
  return {
    sending: espoCrms,
    bySystem: Object.fromEntries(all.map((connector) => [connector.system, connector])),
    close: () => tokens.close(),
  };
}

function composeEspoCrms(config: Config): readonly SendingSystem[] {
  const first = {
    connector: createEspoCrmConnector({
      url: config.ESPOCRM_URL,
      auth: espoCrmAuth(config.ESPOCRM_API_KEY, config.ESPOCRM_SECRET_KEY),
      timeoutMs: config.ESPOCRM_TIMEOUT,
    }),
    webhookSecrets: config.ESPOCRM_WEBHOOK_SECRETS,
  };
  const { ESPOCRM2_URL: url, ESPOCRM2_API_KEY: apiKey } = config;
  if (url === undefined || apiKey === undefined) return [first];
  const second = {
    connector: createEspoCrmConnector({
      system: 'second EspoCRM',
      url,
      auth: espoCrmAuth(apiKey, config.ESPOCRM2_SECRET_KEY),
      timeoutMs: config.ESPOCRM2_TIMEOUT,
    }),
    webhookSecrets: config.ESPOCRM2_WEBHOOK_SECRETS,
  };
  return [first, second];
}

function composeTokens({ REDIS_URL: url }: Config, log: Logger): { cache: TokenCache; close(): Promise<void> } {
  if (url === undefined) return { cache: createTokenCache(), close: () => Promise.resolve() };
  const cache = createRedisTokenCache({
    url: url.reveal(),
    onProblem: () => {
      log.warn('Redis does not answer; this process logs in for itself until it does');
    },
  });
  return { cache, close: () => cache.close() };
}

function advowareOptions(config: Config) {
  return {
    configuratorUrl: config.ADVOWARE_CONFIGURATOR_URL,
    url: config.ADVOWARE_URL ?? null,
    securityUrl: config.ADVOWARE_SECURITY_URL ?? null,
    basePath: config.ADVOWARE_BASE_PATH,
    appId: config.ADVOWARE_APP_ID,
    apiKey: config.ADVOWARE_API_KEY.reveal(),
    kanzlei: config.ADVOWARE_KANZLEI,
    database: config.ADVOWARE_DATABASE,
    user: config.ADVOWARE_USER,
    password: config.ADVOWARE_PASSWORD.reveal(),
    timeZone: config.ADVOWARE_TIMEZONE,
    timeoutMs: config.ADVOWARE_TIMEOUT,
    put: config.ADVOWARE_PUT,
    notFound: config.ADVOWARE_NOT_FOUND,
    search: config.ADVOWARE_SEARCH,
  };
}

/** PostgreSQL if it is configured, else the embedded database, which belongs to one process. */
export function composeDatabase(config: Config, log: Logger): Promise<OpenDatabase> {
  if (config.DATABASE_URL === undefined) return openEmbedded(config.TANDEM_DATA);
  const onProblem = (error: Error): void => {
    log.warn({ reason: error.name }, 'A database connection was lost');
  };
  return openPostgres({ url: config.DATABASE_URL.reveal(), maxConnections: 10, onProblem });
}

function espoCrmAuth(apiKey: Secret, secretKey: Secret | undefined): EspoCrmAuth {
  return secretKey === undefined
    ? { kind: 'apiKey', apiKey: apiKey.reveal() }
    : { kind: 'hmac', apiKey: apiKey.reveal(), secretKey: secretKey.reveal() };
}

export interface Budgets {
  /** Every system's budget, by the name that the pairs use. All processes with this database (and Redis) share it. */
  over(database: Database): CallBudget;
  close(): void;
}

export function composeBudget(config: Config, log: Logger): Budgets {
  const windows = new Map([
    ['EspoCRM', config.ESPOCRM_BUDGET],
    ['second EspoCRM', config.ESPOCRM2_BUDGET],
    ['Advoware', config.ADVOWARE_BUDGET],
  ]);
  const callMs = Math.max(config.ESPOCRM_TIMEOUT, config.ESPOCRM2_TIMEOUT, config.ADVOWARE_TIMEOUT);
  const limits = { windows, callMs };
  const isLimited = [...windows.values()].some(({ length }) => length > 0);
  if (config.REDIS_URL === undefined || !isLimited) {
    const inStore = (store: CallLogStore) => createLoggedCalls({ log: store, windows, limitedBy: 'store' });
    return {
      over: (database) => createCallBudget({ ...limits, source: inStore(new CallLogStore(database)) }),
      close: () => undefined,
    };
  }
  const redis = createRedisCallLog({ url: config.REDIS_URL.reveal() });
  const told = {
    onProblem: (reason: string) => {
      log.warn({ reason }, "Redis can't count requests; until it does, a tenth of each budget remains");
    },
    onRecovered: () => {
      log.info('Redis counts requests again');
    },
  };
  const shared = (store: CallLogStore) => createFallbackCalls({ windows, redis, store, ...told });
  return {
    over: (database) => createCallBudget({ ...limits, source: shared(new CallLogStore(database)) }),
    close: () => {
      redis.close();
    },
  };
}
