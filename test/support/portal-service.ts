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
import { callOps } from './call-ops.ts';
import { createPostgresDatabase } from './databases.ts';
import { type OpsRequest, type PortalChores, portalChores } from './portal-chores.ts';
import { productiveEnvironment } from './productive-environment.ts';
import { apiToken, callApi, type Environment } from './service-under-test.ts';
import { testTemporalAddress } from './temporal.ts';

/** The whole service with the portal's pairs, a Productive that it talks to, and a look into its database. */
export interface PortalService extends PortalChores {
  readonly productive: Productive;
  readonly tandem: RunningTandem;
  readonly url: string;
  readonly db: Database;
  /** What the service was started with. */
  readonly environment: Environment;
  api(method: 'GET' | 'POST', path: string): Promise<{ status: number; body: unknown }>;
  stop(): Promise<void>;
}

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
  const ask: OpsRequest = (...request) => callOps({ url, token: apiToken }, ...request);
  const chores = portalChores(
    ask,
    pairs.map(({ name }) => name),
  );
  return {
    ...{ productive, tandem, url, db: opened.db, environment, api },
    ...chores,
    stop: async () => {
      await tandem.stop();
      await opened.close();
      await database.drop();
      await productive.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
