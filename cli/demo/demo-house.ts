import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../config.ts';
import { createLog } from '../../log.ts';
import { type Advoware, startAdvoware } from '../../simulators/advoware/start-advoware.ts';
import { type EspoCrm, startEspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import { start } from '../start.ts';
import { installTemporalLogger } from '../temporal-logger.ts';
import { startTemporalServer } from '../temporal-server/start.ts';

/** Everything the demo runs on, on this machine and in this process, but for Temporal's server. */
export interface DemoHouse {
  readonly crm: EspoCrm;
  readonly firm: Advoware;
  readonly apiUrl: string;
  readonly apiToken: string;
  readonly temporal: { readonly address: string; readonly uiUrl: string | null };
  readonly logFile: string;
  stop(): Promise<void>;
}

/** Starts Temporal, both simulated systems, and the service as `tandem start` runs it. */
export async function openDemoHouse(say: (line: string) => void): Promise<DemoHouse> {
  const directory = await mkdtemp(join(tmpdir(), 'tandem-demo-'));
  const closing: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const server = await startTemporalServer({ databaseFile: join(directory, 'temporal.db'), uiPort: 0, log: say });
    closing.push(() => server.stop());
    const [crm, firm] = await Promise.all([startEspoCrm(), startAdvoware()]);
    closing.push(
      () => crm.stop(),
      () => firm.stop(),
    );
    const logFile = join(directory, 'tandem.log');
    const log = createLog('info', createWriteStream(logFile));
    installTemporalLogger(log);
    const apiToken = randomBytes(16).toString('hex');
    const config = parseConfig({
      ...environmentOf(crm, firm, apiToken),
      TEMPORAL_ADDRESS: server.address,
      TANDEM_DATA: directory,
    });
    const tandem = await start(config, 'all', log);
    closing.push(() => tandem.stop());
    await tandem.ready;
    const apiUrl = tandem.api?.url ?? '';
    registerWebhooks(crm, apiUrl);
    const uiUrl = server.kind === 'started' ? (server.uiUrl ?? null) : null;
    return { crm, firm, apiUrl, apiToken, temporal: { address: server.address, uiUrl }, logFile, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function environmentOf(crm: EspoCrm, firm: Advoware, apiToken: string): Record<string, string> {
  const { appId, apiKey, kanzlei, database, user, password } = firm.credentials;
  return {
    TEMPORAL_TASK_QUEUE: 'tandem-demo',
    API_PORT: '0',
    API_TOKENS: `demo:${apiToken}`,
    ESPOCRM_URL: crm.url,
    ESPOCRM_API_KEY: crm.apiUser.apiKey,
    ADVOWARE_CONFIGURATOR_URL: `${firm.configuratorUrl}/AdvonetConfigurator/api/Url`,
    ADVOWARE_APP_ID: appId,
    ADVOWARE_API_KEY: apiKey,
    ADVOWARE_KANZLEI: kanzlei,
    ADVOWARE_DATABASE: database,
    ADVOWARE_USER: user,
    ADVOWARE_PASSWORD: password,
    ADVOWARE_NOT_FOUND: '404',
    // The story is about webhooks, and nothing may stay behind in a Temporal that was there before.
    ...{ CATCH_UP_EVERY: 'off', CENSUS_AT: 'off', ROLLING_CHECK_PERIOD: 'off', KEEP_WEBHOOKS_EVERY: 'off' },
  };
}

/** By the API user, so that EspoCRM keeps our own writes back. */
function registerWebhooks(crm: EspoCrm, apiUrl: string): void {
  for (const event of ['create', 'update', 'delete']) {
    const url = `${apiUrl}/webhooks/espocrm/beteiligte/${event}`;
    crm.webhooks.register({ event: `CBeteiligte.${event}`, url, skipOwn: true }, crm.apiUser);
  }
}
