import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Component, Harm } from './component.ts';
import { ProcessComponent } from './process-component.ts';
import type { ChaosSettings } from './settings.ts';
import { searchable, type Systems } from './systems.ts';

export const taskQueue = 'chaos';

/** What the product reaches, each through a link. */
export interface ProductAddresses {
  readonly crm: string;
  readonly firm: string;
  readonly database: string;
  readonly temporal: string;
  readonly redis: string;
}

export interface EnvironmentParts extends ProductAddresses {
  readonly systems: Systems;
  readonly settings: ChaosSettings;
  readonly token: string;
}

/** Waits are shorter than in production, so that a run of minutes sees as many of them as weeks do. */
const shortWaits = {
  ESPOCRM_TIMEOUT: '3s',
  ADVOWARE_TIMEOUT: '3s',
  RETRY_LADDER: '1s,2s,4s,8s,15s',
  PROBE_LADDER: '1s,2s,4s,8s',
  RECHECK_AFTER: '20s',
};

/** Everybody here comes from one address. */
const manyFromOneAddress = { API_RATE_LIMIT: '100000/1m', WEBHOOK_RATE_LIMIT: '100000/1m' };

/** Everything that `tandem start` is told, but for its ports. */
export function productEnvironment({ systems, settings, token, ...addresses }: EnvironmentParts): NodeJS.ProcessEnv {
  const { appId, apiKey, kanzlei, database, user, password } = systems.firm.credentials;
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    API_TOKENS: `chaos:${token}`,
    DATABASE_URL: addresses.database,
    REDIS_URL: addresses.redis,
    TEMPORAL_ADDRESS: addresses.temporal,
    TEMPORAL_TASK_QUEUE: taskQueue,
    ESPOCRM_URL: addresses.crm,
    ESPOCRM_API_KEY: systems.crm.apiUser.apiKey,
    ADVOWARE_URL: addresses.firm,
    ADVOWARE_SECURITY_URL: `${addresses.firm}/security`,
    ADVOWARE_APP_ID: appId,
    ADVOWARE_API_KEY: apiKey,
    ADVOWARE_KANZLEI: kanzlei,
    ADVOWARE_DATABASE: database,
    ADVOWARE_USER: user,
    ADVOWARE_PASSWORD: password,
    ADVOWARE_NOT_FOUND: '404',
    ADVOWARE_SEARCH: settings.canBeSearched ? searchable.join(',') : '',
    ESPOCRM_BUDGET: settings.budget.text,
    ADVOWARE_BUDGET: settings.budget.text,
    ...shortWaits,
    ...manyFromOneAddress,
  };
}

export interface ProductOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly logDirectory: string;
  readonly ports: { readonly api: number; readonly workers: readonly number[] };
}

const program = fileURLToPath(new URL('../../cli/tandem.ts', import.meta.url));
const harms: readonly Harm[] = ['kill', 'kill', 'stop', 'pause'];

/** The API and the workers, as users start them apart. */
export function productComponents({ environment, logDirectory, ports }: ProductOptions): readonly Component[] {
  const component = (name: string, part: 'api' | 'worker', port: number): Component =>
    new ProcessComponent({
      name,
      harms,
      logFile: join(logDirectory, `${name}.log`),
      child: () => ({
        command: process.execPath,
        commandArguments: [program, 'start', '--only', part],
        environment: { ...environment, [part === 'api' ? 'API_PORT' : 'WORKER_PORT']: String(port) },
        workingDirectory: logDirectory,
      }),
      probe: () => healthy(port),
    });
  return [
    component('api', 'api', ports.api),
    ...ports.workers.map((port, index) => component(`worker-${index + 1}`, 'worker', port)),
  ];
}

async function healthy(port: number): Promise<void> {
  const { ok } = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2_000) });
  if (!ok) throw new Error('It is not healthy');
}
