import type { WatchedSystems } from '../api/watching.ts';
import { composeMessages } from '../compose.ts';
import type { Config } from '../config.ts';
import type { Connector } from '../connectors/connector.ts';
import type { PairDefinition } from '../engine/pair.ts';
import type { CatchUpIntervals } from '../engine/watch-interval.ts';
import type { WatchSettings } from '../schedules.ts';

export const temporalOf = (config: Config) => ({
  address: config.TEMPORAL_ADDRESS,
  namespace: config.TEMPORAL_NAMESPACE,
  taskQueue: config.TEMPORAL_TASK_QUEUE,
});

/** How passes deal with failures, whether a worker carries them out or they are previewed. */
export const rulesOf = (config: Config) => ({
  retry: {
    maxAttempts: config.MAX_SYNC_RETRIES,
    ladderMs: config.RETRY_LADDER,
    reviveAfterMs: config.REVIVE_AFTER ?? null,
    recheckAfterMs: config.RECHECK_AFTER,
  },
  probeLadderMs: config.PROBE_LADDER,
  messages: composeMessages(config),
});

/** What looks for changes that nobody reports. */
export const watchOf = (config: Config): WatchSettings => ({
  ...intervalsOf(config),
  census: config.CENSUS_AT === null ? null : { cron: config.CENSUS_AT, timeZone: config.TANDEM_TIMEZONE },
  rollingCheckPeriodMs: config.ROLLING_CHECK_PERIOD,
  keepWebhooksEveryMs: config.PUBLIC_URL === undefined ? null : config.KEEP_WEBHOOKS_EVERY,
});

const intervalsOf = (config: Config): CatchUpIntervals => ({
  catchUpEveryMs: config.CATCH_UP_EVERY,
  catchUpEveryMsOf: { Productive: config.PRODUCTIVE_CATCH_UP_EVERY },
});

export function watchedSystems(
  config: Config,
  connectors: Readonly<Record<string, Connector>>,
  pairs: readonly PairDefinition[],
): WatchedSystems {
  const entities = pairs.flatMap(({ title }) => [title.master, title.replica]);
  return {
    ...intervalsOf(config),
    rollingCheckPeriodMs: config.ROLLING_CHECK_PERIOD,
    listing: new Set(Object.entries(connectors).flatMap(([system, { list }]) => (list === null ? [] : [system]))),
    withoutChanges: entities.filter(({ system, entity }) => connectors[system]?.list?.canListChanges(entity) === false),
    feeds: Object.entries(connectors).flatMap(([system, { feeds = [] }]) =>
      feeds.map(({ name: feed }) => ({ system, feed })),
    ),
  };
}

export const apiSettingsOf = (config: Config) => ({
  publicUrl: config.PUBLIC_URL ?? null,
  host: config.API_HOST,
  port: config.API_PORT,
  temporal: temporalOf(config),
  tokens: config.API_TOKENS,
  limits: {
    webhookRate: config.WEBHOOK_RATE_LIMIT,
    apiRate: config.API_RATE_LIMIT,
    portalRate: config.PORTAL_RATE_LIMIT,
    trustedProxies: config.TRUSTED_PROXIES,
  },
});
