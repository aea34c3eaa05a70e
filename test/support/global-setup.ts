import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeEmbeddedTemplate } from './embedded.ts';
import { startTestPostgres } from './postgres.ts';
import { startTestRedis } from './redis.ts';
import type {} from './running-services.ts';
import type { Service } from './service.ts';
import { startTestTemporal } from './temporal.ts';

/** Starts what the integration tests need, once for the whole run, and tells the tests by environment variables. */
export default async function globalSetup(): Promise<void> {
  const [temporal, postgres, redis, template] = await Promise.all([
    startTestTemporal(),
    startTestPostgres(),
    startTestRedis(),
    makeTemplate(),
  ]);
  const running = [temporal, postgres, redis].filter((service) => service.kind === 'running');
  globalThis.tandemTestServices = [...running, template];
  announce('Temporal', 'TEST_TEMPORAL_ADDRESS', temporal);
  announce('PostgreSQL', 'TEST_DATABASE_URL', postgres);
  announce('Redis', 'TEST_REDIS_URL', redis);
}

/** Lasts as long as the run, as the services do. */
async function makeTemplate(): Promise<{ stop(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'tandem-template-'));
  await makeEmbeddedTemplate(directory);
  return { stop: () => rm(directory, { recursive: true }) };
}

function announce(name: string, variable: string, service: Service): void {
  const found = service.kind === 'running' ? `${service.address} (${service.note})` : `none: ${service.reason}`;
  process.stderr.write(`test services: ${name} ${found}\n`);
  if (service.kind === 'running') process.env[variable] = service.address;
}
