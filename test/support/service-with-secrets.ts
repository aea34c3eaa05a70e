import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { freePort } from '../../cli/temporal-server/free-port.ts';
import { type Advoware, startAdvoware } from '../../simulators/advoware/start-advoware.ts';
import { type EspoCrm, startEspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import { until } from './house.ts';
import { type LeastDatabase, leastDatabase, leastRedis } from './least-privilege.ts';
import { testTemporalAddress } from './temporal.ts';

const anything = (name: string): string => `${name}-geheim-ß/+?&-${randomUUID()}`;
const plain = (name: string): string => `${name}-geheim-${randomUUID()}`;

/** Every secret that a test of leaks uses, its own ones and those of strangers; each is unmistakable. */
export const secrets = {
  espoCrmSecond: plain('second-key'),
  espoCrmSecondWebhook: anything('second-webhook'),
  espoCrmWebhook: anything('webhook'),
  advowareKey: Buffer.from(randomUUID()).toString('base64'),
  advowarePassword: anything('password'),
  apiToken: plain('token'),
  otherApiToken: plain('other-token'),
  wrongToken: plain('wrong-token'),
  databasePassword: anything('database'),
  redisPassword: plain('redis'),
  guessedWebhook: anything('guessed'),
};

/** The product in a process of its own, as talkative as it can be, with as few rights as it needs. */
export interface ServiceWithSecrets {
  readonly crm: EspoCrm;
  readonly firm: Advoware;
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly temporal: Client;
  readonly taskQueue: string;
  /** Null where the run has no PostgreSQL: then the embedded database is used, which has no password. */
  readonly admin: LeastDatabase['admin'] | null;
  /** Everything that it has printed so far. */
  readonly printed: () => string;
  /** @returns its exit code */
  end(): Promise<number | null>;
  stop(): Promise<void>;
}

export async function startServiceWithSecrets(): Promise<ServiceWithSecrets> {
  const credentials = { apiKey: secrets.advowareKey, password: secrets.advowarePassword };
  const [crm, second, firm] = await Promise.all([
    startEspoCrm(),
    startEspoCrm({ apiKey: secrets.espoCrmSecond }),
    startAdvoware({ credentials }),
  ]);
  const directory = await mkdtemp(join(tmpdir(), 'tandem-secrets-'));
  const connection = await Connection.connect({ address: testTemporalAddress() });
  const database = await leastDatabase(secrets.databasePassword);
  const redis = await leastRedis(secrets.redisPassword);
  const port = await freePort();
  const taskQueue = `secrets-${randomUUID()}`;
  const environment = {
    PATH: process.env['PATH'] ?? '',
    LOG_LEVEL: 'trace',
    API_PORT: String(port),
    API_TOKENS: `anna:${secrets.apiToken},bert:${secrets.otherApiToken}`,
    // It is asked every few milliseconds.
    API_RATE_LIMIT: '100000/1m',
    TANDEM_DATA: directory,
    TEMPORAL_ADDRESS: testTemporalAddress(),
    TEMPORAL_TASK_QUEUE: taskQueue,
    RETRY_LADDER: '1s',
    MAX_SYNC_RETRIES: '50',
    ...settingsOf(crm, second, firm),
    ...(database !== null && { DATABASE_URL: database.url }),
    // Far more than is needed, so that what Redis may do for a budget is tried too.
    ...(redis !== null && { REDIS_URL: redis.url, ADVOWARE_BUDGET: '100000/1s' }),
  };
  const { child, printed } = await run(environment);
  registerWebhooks(crm, `http://127.0.0.1:${port}`);
  return {
    ...{ crm, firm, environment, taskQueue, printed },
    url: `http://127.0.0.1:${port}`,
    temporal: new Client({ connection }),
    admin: database?.admin ?? null,
    end: () => end(child),
    stop: async () => {
      await end(child);
      await Promise.all([connection.close(), crm.stop(), second.stop(), firm.stop(), redis?.drop(), database?.drop()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function settingsOf(crm: EspoCrm, second: EspoCrm, firm: Advoware): Record<string, string> {
  const { appId, kanzlei, database, user } = firm.credentials;
  return {
    ESPOCRM_URL: crm.url,
    ESPOCRM_API_KEY: crm.hmacUser.apiKey,
    ESPOCRM_SECRET_KEY: crm.hmacUser.secretKey,
    ESPOCRM_WEBHOOK_SECRETS: `byHand:${secrets.espoCrmWebhook}`,
    ESPOCRM_TIMEOUT: '8s',
    ESPOCRM2_URL: second.url,
    ESPOCRM2_API_KEY: secrets.espoCrmSecond,
    ESPOCRM2_WEBHOOK_SECRETS: `byHand:${secrets.espoCrmSecondWebhook}`,
    ADVOWARE_CONFIGURATOR_URL: `${firm.configuratorUrl}/AdvonetConfigurator/api/Url`,
    ADVOWARE_APP_ID: appId,
    ADVOWARE_API_KEY: secrets.advowareKey,
    ADVOWARE_KANZLEI: kanzlei,
    ADVOWARE_DATABASE: database,
    ADVOWARE_USER: user,
    ADVOWARE_PASSWORD: secrets.advowarePassword,
    ADVOWARE_TIMEOUT: '8s',
    ADVOWARE_NOT_FOUND: '404',
  };
}

async function run(env: Readonly<Record<string, string>>): Promise<{ child: ChildProcess; printed: () => string }> {
  const child = spawn(process.execPath, ['cli/tandem.ts', 'start'], { env });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const isReady = async (): Promise<boolean> => {
    const answer = await fetch(`http://127.0.0.1:${env['API_PORT'] ?? ''}/readyz`).catch(() => null);
    return answer?.ok === true;
  };
  await until('it is ready', isReady);
  return { child, printed: () => text };
}

function registerWebhooks(crm: EspoCrm, url: string): void {
  for (const event of ['create', 'update', 'delete']) {
    const to = `${url}/webhooks/espocrm/beteiligte/${event}`;
    crm.webhooks.register({ event: `CBeteiligte.${event}`, url: to, skipOwn: true }, crm.hmacUser);
  }
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await gone;
  }
  return child.exitCode;
}
