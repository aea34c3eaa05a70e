import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Component, Harm } from './component.ts';
import { ProcessComponent } from './process-component.ts';

export const taskQueue = 'chaos';

/** What the product reaches, each through a link. */
export interface ProductAddresses {
  readonly database: string;
  readonly temporal: string;
  readonly redis: string;
}

export interface EnvironmentParts extends ProductAddresses {
  /** What it is told about the systems. */
  readonly ofSystems: NodeJS.ProcessEnv;
  readonly token: string;
}

/** Waits are shorter than in production, so that a run of minutes sees as many of them as weeks do. */
const shortWaits = {
  RETRY_LADDER: '1s,2s,4s,8s,15s',
  PROBE_LADDER: '1s,2s,4s,8s',
  RECHECK_AFTER: '20s',
};

/** Everybody here comes from one address. */
const manyFromOneAddress = { API_RATE_LIMIT: '100000/1m', WEBHOOK_RATE_LIMIT: '100000/1m' };

/** Everything that `tandem start` is told, but for its ports. */
export const productEnvironment = ({ ofSystems, token, ...addresses }: EnvironmentParts): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  NODE_ENV: 'production',
  LOG_LEVEL: 'info',
  API_TOKENS: `chaos:${token}`,
  DATABASE_URL: addresses.database,
  REDIS_URL: addresses.redis,
  TEMPORAL_ADDRESS: addresses.temporal,
  TEMPORAL_TASK_QUEUE: taskQueue,
  ...shortWaits,
  ...manyFromOneAddress,
  ...ofSystems,
});

export interface ProductOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly logDirectory: string;
  readonly ports: { readonly api: number; readonly workers: readonly number[] };
}

const program = fileURLToPath(new URL('../../cli/tandem.ts', import.meta.url));
const harms: readonly Harm[] = ['kill', 'kill', 'stop', 'pause'];

/** The API and the workers, as users start them apart. Their connections to the database say which of the two they are. */
export function productComponents({ environment, logDirectory, ports }: ProductOptions): readonly Component[] {
  const component = (name: string, part: 'api' | 'worker', port: number): Component =>
    new ProcessComponent({
      name,
      harms,
      logFile: join(logDirectory, `${name}.log`),
      child: () => ({
        command: process.execPath,
        commandArguments: [program, 'start', '--only', part],
        environment: {
          ...environment,
          DATABASE_URL: `${environment['DATABASE_URL'] ?? ''}?application_name=${part}`,
          [part === 'api' ? 'API_PORT' : 'WORKER_PORT']: String(port),
        },
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
