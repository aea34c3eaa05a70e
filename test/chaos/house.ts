import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Component } from './component.ts';
import { linkComponent } from './link-component.ts';
import { reservablePorts } from './ports.ts';
import { databaseUrl, postgresComponent } from './postgres-component.ts';
import { type ProductAddresses, productComponents, productEnvironment } from './product.ts';
import { redisComponent } from './redis-component.ts';
import type { ChaosSettings } from './settings.ts';
import { entity, startSystems, type Systems } from './systems.ts';
import { temporalComponent } from './temporal-component.ts';

/** Everything that a run consists of. */
export interface House {
  readonly systems: Systems;
  /** In the order in which they need each other. */
  readonly components: readonly Component[];
  readonly links: readonly Component[];
  readonly api: { readonly url: string; readonly token: string };
  /** Past every link. */
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly logDirectory: string;
  /** From now on no link cuts a connection any more. */
  calm(): Promise<void>;
  stop(outcome: { readonly keepLogs: boolean }): Promise<void>;
}

/** One connection of a link is cut this often on average. */
const cutEveryMs = 4_000;

type Ports = Readonly<Record<(typeof portNames)[number], number>>;
const portNames = [
  'crm',
  'crmLink',
  'firm',
  'firmLink',
  'api',
  'apiLink',
  'workerOne',
  'workerTwo',
  'temporal',
  'temporalLink',
  'postgres',
  'postgresLink',
  'redis',
  'redisLink',
] as const;

async function choosePorts(): Promise<Ports> {
  const free = await reservablePorts(portNames.length);
  return Object.fromEntries(portNames.map((name, index) => [name, free[index] ?? 0])) as Ports;
}

/** Starts everything and connects it through links that can be cut. @throws ComponentFailed */
export async function openHouse(settings: ChaosSettings): Promise<House> {
  const directory = await mkdtemp(join(tmpdir(), 'tandem-chaos-'));
  const [logDirectory, database] = [join(directory, 'logs'), join(directory, 'postgresql')];
  // PostgreSQL runs as somebody else where this is root's process.
  await chmod(directory, 0o755);
  for (const folder of [logDirectory, database]) await mkdir(folder);
  await chmod(logDirectory, 0o777);
  const ports = await choosePorts();
  const systems = await startSystems(ports, settings);
  const token = randomBytes(16).toString('hex');
  let isCalm = false;
  const links = linksOf(ports, logDirectory, { seed: settings.seed, cutEveryMs: () => (isCalm ? 0 : cutEveryMs) });
  const environment = productEnvironment({ systems, settings, token, ...addressesOf(ports) });
  const components: Component[] = [];
  const stop = async ({ keepLogs }: { keepLogs: boolean }): Promise<void> => {
    for (const component of components.toReversed()) {
      component.resume();
      await component.end('SIGKILL');
    }
    await systems.stop();
    await rm(keepLogs ? database : directory, { recursive: true, force: true });
  };
  try {
    components.push(
      await postgresComponent({
        port: ports.postgres,
        directory: database,
        logFile: join(logDirectory, 'postgresql.log'),
      }),
      await redisComponent(ports.redis, directory, join(logDirectory, 'redis.log')),
      temporalComponent(ports.temporal, join(directory, 'temporal.db')),
      ...links,
      ...productComponents({
        environment,
        logDirectory,
        ports: { api: ports.api, workers: [ports.workerOne, ports.workerTwo] },
      }),
    );
    for (const component of components) await component.start();
  } catch (error) {
    await stop({ keepLogs: true });
    throw error;
  }
  registerWebhooks(systems, `http://127.0.0.1:${ports.apiLink}`);
  return {
    systems,
    components,
    links,
    api: { url: `http://127.0.0.1:${ports.api}`, token },
    databaseUrl: databaseUrl(ports.postgres),
    temporalAddress: `127.0.0.1:${ports.temporal}`,
    logDirectory,
    calm: async () => {
      isCalm = true;
      for (const link of links) {
        await link.end('SIGKILL');
        await link.start();
      }
    },
    stop,
  };
}

function linksOf(ports: Ports, logDirectory: string, cutting: { seed: number; cutEveryMs: () => number }) {
  const link = (name: string, routes: readonly (readonly [number, number])[]): Component =>
    linkComponent({
      name,
      routes: routes.map(([listenPort, targetPort]) => ({ listenPort, targetPort })),
      logFile: join(logDirectory, `${name}.log`),
      ...cutting,
    });
  return [
    link('espocrm-front', [[ports.crmLink, ports.crm]]),
    link('advoware-front', [[ports.firmLink, ports.firm]]),
    link('network', [
      [ports.apiLink, ports.api],
      [ports.temporalLink, ports.temporal],
      [ports.postgresLink, ports.postgres],
      [ports.redisLink, ports.redis],
    ]),
  ];
}

const addressesOf = (ports: Ports): ProductAddresses => ({
  crm: `http://127.0.0.1:${ports.crmLink}`,
  firm: `http://127.0.0.1:${ports.firmLink}`,
  database: databaseUrl(ports.postgresLink),
  temporal: `127.0.0.1:${ports.temporalLink}`,
  redis: `redis://127.0.0.1:${ports.redisLink}`,
});

/** EspoCRM's job runs every two minutes and repeats after ten; here everything is a few hundred times as fast. */
function registerWebhooks({ crm }: Systems, url: string): void {
  for (const event of ['create', 'update', 'delete']) {
    const address = `${url}/webhooks/espocrm/beteiligte/${event}`;
    crm.webhooks.register({ event: `${entity}.${event}`, url: address, skipOwn: true }, crm.apiUser);
  }
  Object.assign(crm.webhooks.settings, { eventsPerRun: 200, batchSize: 200, retryAfterMs: 8_000, timeoutMs: 4_000 });
}
