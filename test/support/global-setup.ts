import { startTestPostgres } from './postgres.ts';
import { startTestRedis } from './redis.ts';
import type {} from './running-services.ts';
import type { Service } from './service.ts';
import { startTestTemporal } from './temporal.ts';

/** Starts what the integration tests need, once for the whole run, and tells the tests by environment variables. */
export default async function globalSetup(): Promise<void> {
  const [temporal, postgres, redis] = await Promise.all([startTestTemporal(), startTestPostgres(), startTestRedis()]);
  globalThis.tandemTestServices = [temporal, postgres, redis].filter((service) => service.kind === 'running');
  announce('Temporal', 'TEST_TEMPORAL_ADDRESS', temporal);
  announce('PostgreSQL', 'TEST_DATABASE_URL', postgres);
  announce('Redis', 'TEST_REDIS_URL', redis);
}

function announce(name: string, variable: string, service: Service): void {
  const found = service.kind === 'running' ? `${service.address} (${service.note})` : `none: ${service.reason}`;
  process.stderr.write(`test services: ${name} ${found}\n`);
  if (service.kind === 'running') process.env[variable] = service.address;
}
