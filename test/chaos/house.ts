import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Component } from './component.ts';
import { familyOf } from './families.ts';
import { linkComponent } from './link-component.ts';
import { reservablePorts } from './ports.ts';
import { databaseUrl, postgresComponent } from './postgres-component.ts';
import { productComponents, productEnvironment } from './product.ts';
import { redisComponent } from './redis-component.ts';
import type { ChaosSettings } from './settings.ts';
import type { Systems, Ways } from './systems.ts';
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

const portNames = [
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
type Named = Readonly<Record<string, number>>;

interface Ports extends Readonly<Record<(typeof portNames)[number], number>> {
  /** Of the systems, by their names, and of the links to them. */
  readonly remotes: Named;
  readonly remoteLinks: Named;
}

async function choosePorts(remotes: readonly string[]): Promise<Ports> {
  const free = [...(await reservablePorts(portNames.length + 2 * remotes.length))];
  const chosen = <Name extends string>(names: readonly Name[]) =>
    Object.fromEntries(names.map((name) => [name, free.pop() ?? 0])) as Readonly<Record<Name, number>>;
  return { ...chosen(portNames), remotes: chosen(remotes), remoteLinks: chosen(remotes) };
}

interface Directories {
  readonly all: string;
  readonly logs: string;
  readonly database: string;
}

async function makeDirectories(): Promise<Directories> {
  const all = await mkdtemp(join(tmpdir(), 'tandem-chaos-'));
  const [logs, database] = [join(all, 'logs'), join(all, 'postgresql')];
  // PostgreSQL runs as somebody else where this is root's process.
  await chmod(all, 0o755);
  for (const folder of [logs, database]) await mkdir(folder);
  await chmod(logs, 0o777);
  return { all, logs, database };
}

/** Starts everything and connects it through links that can be cut. @throws ComponentFailed */
export async function openHouse(settings: ChaosSettings): Promise<House> {
  const directories = await makeDirectories();
  const family = familyOf(settings);
  const ports = await choosePorts(family.remotes);
  const systems = await family.start(ports.remotes, settings);
  const token = randomBytes(16).toString('hex');
  let isCalm = true;
  const cutting = { seed: settings.seed, cutEveryMs: () => (isCalm ? 0 : cutEveryMs) };
  const links = linksOf(ports, directories.logs, cutting);
  const ways = waysOf(ports, token);
  const components: Component[] = [];
  const stop = async ({ keepLogs }: { keepLogs: boolean }): Promise<void> => {
    for (const component of components.toReversed()) {
      component.resume();
      await component.end('SIGKILL');
    }
    await systems.stop();
    await rm(keepLogs ? directories.database : directories.all, { recursive: true, force: true });
  };
  const startMore = async (more: readonly Component[]): Promise<void> => {
    for (const component of more) {
      components.push(component);
      await component.start();
    }
  };
  try {
    await startMore([...(await servers(ports, directories)), ...links]);
    await systems.prepare(ways);
    await startMore(product(ports, directories, { systems, ways }));
    await systems.begin(ways);
    isCalm = false;
    await restart(links);
  } catch (error) {
    await stop({ keepLogs: true });
    throw error;
  }
  return {
    ...{ systems, components, links },
    api: { url: ways.direct.api, token },
    databaseUrl: ways.direct.database,
    temporalAddress: `127.0.0.1:${ports.temporal}`,
    logDirectory: directories.logs,
    calm: async () => {
      isCalm = true;
      await restart(links);
    },
    stop,
  };
}

async function restart(components: readonly Component[]): Promise<void> {
  for (const component of components) {
    await component.end('SIGKILL');
    await component.start();
  }
}

/** What the product is built on. */
const servers = async (ports: Ports, { all, logs, database }: Directories): Promise<readonly Component[]> => [
  await postgresComponent({ port: ports.postgres, directory: database, logFile: join(logs, 'postgresql.log') }),
  await redisComponent(ports.redis, all, join(logs, 'redis.log')),
  temporalComponent(ports.temporal, join(all, 'temporal.db')),
];

const product = (
  ports: Ports,
  { logs }: Directories,
  { systems, ways }: { readonly systems: Systems; readonly ways: Ways },
): readonly Component[] =>
  productComponents({
    environment: productEnvironment({
      ofSystems: systems.environment(ways),
      token: ways.direct.token,
      database: databaseUrl(ports.postgresLink),
      temporal: `127.0.0.1:${ports.temporalLink}`,
      redis: `redis://127.0.0.1:${ports.redisLink}`,
    }),
    logDirectory: logs,
    ports: { api: ports.api, workers: [ports.workerOne, ports.workerTwo] },
  });

function linksOf(ports: Ports, logDirectory: string, cutting: { seed: number; cutEveryMs: () => number }) {
  const link = (name: string, routes: readonly (readonly [number, number])[]): Component =>
    linkComponent({
      name,
      routes: routes.map(([listenPort, targetPort]) => ({ listenPort, targetPort })),
      logFile: join(logDirectory, `${name}.log`),
      ...cutting,
    });
  const fronts = Object.entries(ports.remotes).map(([name, port]) =>
    link(`${name}-front`, [[ports.remoteLinks[name] ?? 0, port]]),
  );
  return [
    ...fronts,
    link('network', [
      [ports.apiLink, ports.api],
      [ports.temporalLink, ports.temporal],
      [ports.postgresLink, ports.postgres],
      [ports.redisLink, ports.redis],
    ]),
  ];
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

const waysOf = (ports: Ports, token: string): Ways => ({
  remotes: Object.fromEntries(Object.entries(ports.remoteLinks).map(([name, port]) => [name, urlOf(port)])),
  api: urlOf(ports.apiLink),
  direct: { api: urlOf(ports.api), token, database: databaseUrl(ports.postgres) },
});
