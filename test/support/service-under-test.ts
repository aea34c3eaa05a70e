import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { type RunningTandem, start } from '../../cli/start.ts';
import { type Config, parseConfig } from '../../config.ts';
import type { PairDefinition } from '../../engine/pair.ts';
import { createLog } from '../../log.ts';
import { type Advoware, type AdvowareOptions, startAdvoware } from '../../simulators/advoware/start-advoware.ts';
import { type EspoCrm, startEspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import { callOps } from './call-ops.ts';
import { makeDataDirectory } from './embedded.ts';
import { testTemporalAddress } from './temporal.ts';

export const apiToken = 'token-of-the-test-run';
export type Environment = Readonly<Record<string, string>>;

/** Both systems, with EspoCRM's webhooks to be registered. */
export interface Systems {
  readonly crm: EspoCrm;
  readonly firm: Advoware;
  /** What the service needs to know of them. */
  readonly environment: Environment;
  stop(): Promise<void>;
}

export async function startSystems(firmOptions: AdvowareOptions = {}): Promise<Systems> {
  const [crm, firm] = await Promise.all([startEspoCrm(), startAdvoware(firmOptions)]);
  const { appId, apiKey, kanzlei, database, user, password } = firm.credentials;
  return {
    crm,
    firm,
    environment: {
      ESPOCRM_URL: crm.url,
      ESPOCRM_API_KEY: crm.apiUser.apiKey,
      ESPOCRM_TIMEOUT: '8s',
      ADVOWARE_CONFIGURATOR_URL: `${firm.configuratorUrl}/AdvonetConfigurator/api/Url`,
      ADVOWARE_APP_ID: appId,
      ADVOWARE_API_KEY: apiKey,
      ADVOWARE_KANZLEI: kanzlei,
      ADVOWARE_DATABASE: database,
      ADVOWARE_USER: user,
      ADVOWARE_PASSWORD: password,
      ADVOWARE_TIMEOUT: '8s',
      ADVOWARE_NOT_FOUND: '404',
      ADVOWARE_SEARCH: (firmOptions.search ?? []).join(','),
      RETRY_LADDER: '1s,2s,4s,8s,15s',
      API_TOKENS: `test:${apiToken}`,
      // Tests count requests: what looks for changes by itself is switched on where it is meant.
      ...{ CATCH_UP_EVERY: 'off', CENSUS_AT: 'off', ROLLING_CHECK_PERIOD: 'off', KEEP_WEBHOOKS_EVERY: 'off' },
      // Tests ask every few milliseconds how far it is.
      API_RATE_LIMIT: '100000/1m',
    },
    stop: async () => {
      await Promise.all([crm.stop(), firm.stop()]);
    },
  };
}

/** EspoCRM tells the service of every change; `skipOwn` keeps our own writes back. */
export function registerWebhooks(crm: EspoCrm, serviceUrl: string, skipOwn: boolean): void {
  for (const event of ['create', 'update', 'delete']) {
    const url = `${serviceUrl}/webhooks/espocrm/beteiligte/${event}`;
    crm.webhooks.register({ event: `CBeteiligte.${event}`, url, skipOwn }, crm.apiUser);
  }
  crm.webhooks.settings.eventsPerRun = 1_000;
  crm.webhooks.settings.batchSize = 1_000;
}

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

/** The whole service in this process, on the run's Temporal server and a database of its own. */
export interface ServiceUnderTest extends Systems {
  readonly config: Config;
  readonly tandem: RunningTandem;
  readonly url: string;
  readonly temporal: Client;
  /** Lets EspoCRM send what it has to say. */
  deliver(): Promise<void>;
  api(method: 'GET' | 'POST', path: string): Promise<{ status: number; body: unknown }>;
}

export async function startService(
  options: {
    firm?: AdvowareOptions;
    skipOwn?: boolean;
    environment?: Environment;
    /** Instead of those of the configuration. */
    pairs?: readonly PairDefinition[];
    /** What happens before the service starts. */
    prepare?: (systems: Systems, config: Config) => Promise<void>;
  } = {},
): Promise<ServiceUnderTest> {
  const systems = await startSystems(options.firm);
  const dataDirectory = await makeDataDirectory('test');
  const config = parseConfig({
    ...systems.environment,
    TEMPORAL_ADDRESS: testTemporalAddress(),
    TEMPORAL_TASK_QUEUE: `test-${randomUUID()}`,
    TANDEM_DATA: dataDirectory,
    API_PORT: '0',
    ...options.environment,
  });
  await options.prepare?.(systems, config);
  const tandem = await start(config, 'all', createLog('silent'), options.pairs);
  await tandem.ready;
  const url = tandem.api?.url ?? '';
  registerWebhooks(systems.crm, url, options.skipOwn ?? true);
  const connection = await Connection.connect({ address: testTemporalAddress() });
  return {
    ...systems,
    config,
    tandem,
    url,
    temporal: new Client({ connection }),
    deliver: async () => {
      await systems.crm.webhooks.deliverAll();
    },
    api: (method, path) => callApi(url, method, path),
    stop: async () => {
      await tandem.stop();
      await connection.close();
      await systems.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

export const callApi = (
  url: string,
  method: 'GET' | 'POST',
  path: string,
): Promise<{ status: number; body: unknown }> => callOps({ url, token: apiToken }, method, path);
