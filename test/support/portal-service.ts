import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningTandem, start } from '../../cli/start.ts';
import { freePort } from '../../cli/temporal-server/free-port.ts';
import { parseConfig } from '../../config.ts';
import { composePairs } from '../../compose.ts';
import { createLog } from '../../log.ts';
import {
  type Productive,
  type ProductiveOptions,
  startProductiveSimulator,
} from '../../simulators/productive/start-productive.ts';
import type { Database } from '../../store/database.ts';
import { openPostgres } from '../../store/open-postgres.ts';
import { createPostgresDatabase } from './databases.ts';
import { until } from './house.ts';
import { apiToken, callApi, type Environment } from './service-under-test.ts';
import { testTemporalAddress } from './temporal.ts';

/** The whole service with the portal's pairs, a Productive that it talks to, and a look into its database. */
export interface PortalService {
  readonly productive: Productive;
  readonly tandem: RunningTandem;
  readonly url: string;
  readonly db: Database;
  /** What the service was started with. */
  readonly environment: Environment;
  api(method: 'GET' | 'POST', path: string): Promise<{ status: number; body: unknown }>;
  /** Registers what is missing, and waits until everything that follows from that is done. */
  keepWebhooks(): Promise<void>;
  /** Walks over all pairs, parents first, and waits until everything that follows from that is done. */
  importAll(): Promise<void>;
  /** Nothing waits, and no walk is under way. */
  isIdle(): Promise<boolean>;
  stop(): Promise<void>;
}

/** On a machine that does much else. */
const importedWithinMs = 300_000;

interface Status {
  readonly inbox: { readonly waiting: number };
  readonly pairs: readonly {
    readonly name: string;
    readonly census: unknown;
    readonly records: { readonly waiting: number };
  }[];
}

/** The settings with which a service finds this Productive. */
export const productiveEnvironment = (productive: Productive): Environment => ({
  PRODUCTIVE_URL: productive.apiUrl,
  PRODUCTIVE_TOKEN: productive.token,
  PRODUCTIVE_ORGANIZATION_ID: productive.organizationId,
  PRODUCTIVE_PERSON_ID: productive.persons.integration,
  PRODUCTIVE_FILES_URL: productive.url,
  PRODUCTIVE_UPLOAD_URL: productive.uploadUrl,
});

/** On PostgreSQL, so that a test can look into the database beside the service. */
export async function startPortalService(
  options: {
    readonly simulator?: ProductiveOptions;
    readonly environment?: Environment;
    /** Only these, with what they point to. */
    readonly pairs?: readonly string[];
    /** What is there before the service starts. */
    readonly prepare?: (productive: Productive) => void;
  } = {},
): Promise<PortalService> {
  const productive = await startProductiveSimulator(options.simulator);
  options.prepare?.(productive);
  const database = await createPostgresDatabase();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tandem-portal-'));
  const environment = {
    ...productiveEnvironment(productive),
    ...{ DATABASE_URL: database.url, TANDEM_DATA: dataDirectory, API_PORT: String(port), PUBLIC_URL: url },
    ...{ TEMPORAL_ADDRESS: testTemporalAddress(), TEMPORAL_TASK_QUEUE: `portal-${randomUUID()}` },
    ...{ API_TOKENS: `test:${apiToken}`, API_RATE_LIMIT: '100000/1m', RETRY_LADDER: '1s,2s,4s,8s,15s' },
    // Tests count requests: what looks for changes by itself is switched on where it is meant.
    ...{ CATCH_UP_EVERY: 'off', CENSUS_AT: 'off', ROLLING_CHECK_PERIOD: 'off', KEEP_WEBHOOKS_EVERY: 'off' },
    ...options.environment,
  };
  const config = parseConfig(environment);
  const pairs = composePairs(config).filter((pair) => options.pairs?.includes(pair.name) ?? true);
  const tandem = await start(config, 'all', createLog(process.env['TEST_LOG_LEVEL'] ?? 'silent'), pairs);
  await tandem.ready;
  const opened = await openPostgres({ url: database.url, maxConnections: 2, onProblem: () => undefined });
  const api: PortalService['api'] = (method, path) => callApi(url, method, path);
  const isIdle = async (): Promise<boolean> => {
    const { status, body } = await api('GET', '/status');
    // A machine that does much else can't answer every time.
    if (status !== 200) return false;
    const { inbox, pairs } = body as Status;
    return inbox.waiting === 0 && pairs.every(({ census }) => census === null);
  };
  return {
    ...{ productive, tandem, url, db: opened.db, environment, api, isIdle },
    importAll: async () => {
      const headers = { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' };
      for (const { name } of pairs) {
        const census = `${url}/api/v1/pairs/${name}/census`;
        // 409: one is under way, because the keeper has asked for it.
        await until(`the census of ${name} has begun`, async () =>
          [202, 409].includes((await fetch(census, { method: 'POST', headers, body: '{}' })).status),
        );
      }
      await until('everything is imported', isIdle, importedWithinMs);
    },
    keepWebhooks: async () => {
      const wanted = async () => {
        // A look that is under way has listed them before whatever the test did.
        await api('POST', '/webhooks/keep');
        const { status, body } = await api('GET', '/webhooks');
        if (status !== 200) return false;
        const { systems } = body as { systems: { registrations: { state: string }[] }[] };
        const all = systems.flatMap(({ registrations }) => registrations);
        return all.length > 0 && all.every(({ state }) => state === 'ok' || state === 'somebody_elses');
      };
      await until('all webhooks are registered', wanted, importedWithinMs);
      await until('everything that followed is done', isIdle, importedWithinMs);
    },
    stop: async () => {
      await tandem.stop();
      await opened.close();
      await database.drop();
      await productive.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
