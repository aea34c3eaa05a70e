import type { SendingSystem } from './api/server.ts';
import { composeOffice } from './compose-office.ts';
import { composePortalSystems } from './compose-portal-systems.ts';
import type { Config } from './config.ts';
import type { CallBudget } from './connectors/call-budget.ts';
import { createLoggedCalls } from './connectors/call-log.ts';
import { createCallBudget } from './connectors/call-reservation.ts';
import type { Connector } from './connectors/connector.ts';
import { createFallbackCalls } from './connectors/fallback-calls.ts';
import { createRedisCallLog } from './connectors/redis-call-log.ts';
import { createRedisTokenCache } from './connectors/redis-token-cache.ts';
import { createTokenCache, type TokenCache } from './connectors/token-cache.ts';
import { type Messages, messagesIn } from './engine/messages.ts';
import type { PairDefinition } from './engine/pair.ts';
import type { Logger } from './log.ts';
import { beteiligte } from './mappers/beteiligte.ts';
import { contacts } from './mappers/contacts.ts';
import { portalPairs } from './mappers/portal/portal-pairs.ts';
import { CallLogStore } from './store/call-log.ts';
import type { Database, OpenDatabase } from './store/database.ts';
import { openEmbedded } from './store/open-embedded.ts';
import { openPostgres } from './store/open-postgres.ts';

/** The parts that every command builds from the configuration in the same way. Parents come before what points to them. */
export const composePairs = (config: Config): readonly PairDefinition[] => [
  ...(config.ESPOCRM_URL === undefined ? [] : [beteiligte({ readOnlyInAdvoware: config.ADVOWARE_READONLY_FIELDS })]),
  ...(config.ESPOCRM2_URL === undefined ? [] : [contacts()]),
  ...(config.PRODUCTIVE_TOKEN === undefined ? [] : portalPairs()),
];

export const composeMessages = (config: Config): Messages => messagesIn(config.TANDEM_LANGUAGE, config.TANDEM_TIMEZONE);

export interface Connectors {
  /** Those whose webhooks are taken. */
  readonly sending: readonly SendingSystem[];
  /** By the system's name as the pairs spell it. */
  readonly bySystem: Readonly<Record<string, Connector>>;
  close(): Promise<void>;
}

/** @param database for the systems that live in it; throws while there is none yet */
export function composeConnectors(config: Config, log: Logger, database: () => Database): Connectors {
  const tokens = composeTokens(config, log);
  const parts = [...composeOffice(config, tokens.cache), ...composePortalSystems(config, database)];
  return {
    sending: parts.flatMap(({ sending }) => sending ?? []),
    bySystem: Object.fromEntries(parts.map(({ connector }) => [connector.system, connector])),
    close: () => tokens.close(),
  };
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

/** PostgreSQL if it is configured, else the embedded database, which belongs to one process. */
export function composeDatabase(config: Config, log: Logger): Promise<OpenDatabase> {
  if (config.DATABASE_URL === undefined) return openEmbedded(config.TANDEM_DATA);
  const onProblem = (error: Error): void => {
    log.warn({ reason: error.name }, 'A database connection was lost');
  };
  return openPostgres({ url: config.DATABASE_URL.reveal(), maxConnections: 10, onProblem });
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
    ['Productive', config.PRODUCTIVE_TOKEN === undefined ? [] : config.PRODUCTIVE_BUDGET],
  ]);
  const { ESPOCRM_TIMEOUT, ESPOCRM2_TIMEOUT, ADVOWARE_TIMEOUT, PRODUCTIVE_TIMEOUT } = config;
  const callMs = Math.max(ESPOCRM_TIMEOUT, ESPOCRM2_TIMEOUT, ADVOWARE_TIMEOUT, PRODUCTIVE_TIMEOUT);
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
