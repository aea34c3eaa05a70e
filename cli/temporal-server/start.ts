import { Connection } from '@temporalio/client';
import { acquireTemporalServer } from './acquire.ts';
import { describeExit, spawnTethered, type TetheredChild } from './child-process.ts';
import { TemporalServerFailed } from './errors.ts';
import { connectOnce } from './connect-once.ts';
import { freePort } from './free-port.ts';
import { untilReady } from './readiness.ts';
import type { Environment } from './ways.ts';

/** A server that somebody else runs (`TEMPORAL_ADDRESS`); stopping it is not ours, so `stop` and `kill` leave it alone. */
export interface GivenTemporalServer {
  readonly kind: 'given';
  /** `host:port` of the gRPC front end. */
  readonly address: string;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** A dev server that we started. It ends with this process at the latest. */
export interface StartedTemporalServer {
  readonly kind: 'started';
  /** `host:port` of the gRPC front end. */
  readonly address: string;
  readonly uiUrl?: string;
  readonly pid: number;
  /** Ends it in order (SIGTERM, after 10 s SIGKILL) and resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL and resolves when it is gone. */
  kill(): Promise<void>;
}

export type TemporalServer = GivenTemporalServer | StartedTemporalServer;

export interface StartTemporalServerOptions {
  /** SQLite file that outlives the server; without it everything is in memory. */
  readonly databaseFile?: string;
  /** gRPC port; without it, or 0, the operating system chooses. */
  readonly port?: number;
  /** Port of the web UI; 0 lets the operating system choose, without it there is no web UI. */
  readonly uiPort?: number;
  /** Further dynamic configuration of the server, by its own keys. */
  readonly dynamicConfig?: Readonly<Record<string, string | number | boolean>>;
  readonly log: (line: string) => void;
  /** Default `process.env`. */
  readonly environment?: Environment;
}

const startTimeoutMs = 60_000;
const stopTimeoutMs = 10_000;

/**
 * Gives a healthy Temporal server: the one of `TEMPORAL_ADDRESS`, or else a dev server of our own on 127.0.0.1.
 * @throws TemporalServerUnavailable when there is no way to a server
 * @throws TemporalServerFailed when the dev server ends or does not become healthy
 */
export async function startTemporalServer(options: StartTemporalServerOptions): Promise<TemporalServer> {
  const { log, environment = process.env } = options;
  const acquired = await acquireTemporalServer({ log, environment });
  if (acquired.kind === 'given-address') {
    return { kind: 'given', address: acquired.address, stop: () => Promise.resolve(), kill: () => Promise.resolve() };
  }
  return startDevServer(acquired.path, options);
}

async function startDevServer(executable: string, options: StartTemporalServerOptions): Promise<StartedTemporalServer> {
  const startedAt = performance.now();
  const port = await chosenPort(options.port);
  const uiPort = options.uiPort === undefined ? undefined : await chosenPort(options.uiPort);
  const address = `127.0.0.1:${port}`;
  const child = spawnTethered({
    command: executable,
    commandArguments: devServerArguments({ ...options, port, uiPort }),
  });
  await untilHealthy(child, address);
  const uiUrl = uiPort === undefined ? {} : { uiUrl: `http://127.0.0.1:${uiPort}` };
  options.log(`Temporal: dev server at ${address} after ${Math.round(performance.now() - startedAt)} ms`);
  return { kind: 'started', address, pid: child.pid, ...uiUrl, stop: () => stop(child), kill: () => kill(child) };
}

async function chosenPort(port: number | undefined): Promise<number> {
  if (port === undefined || port === 0) return freePort();
  const taken = await connectOnce(`127.0.0.1:${port}`).then(
    () => true,
    () => false,
  );
  // Another Temporal server on that port would answer our probe, and we would take it for ours.
  if (taken) throw new TemporalServerFailed(`port ${port} is taken by another process`, []);
  return port;
}

interface DevServerSettings extends Pick<StartTemporalServerOptions, 'databaseFile' | 'dynamicConfig'> {
  readonly port: number;
  readonly uiPort: number | undefined;
}

function devServerArguments({ port, uiPort, databaseFile, dynamicConfig = {} }: DevServerSettings): string[] {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'warn', '--color', 'never'],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...(databaseFile === undefined ? [] : ['--db-filename', databaseFile]),
    ...(databaseFile === undefined
      ? []
      : ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal']),
    // By default a run that follows another of the same workflow id within a second waits (continue-as-new) or, where the
    // server validates start times, is refused (start). A record can change that often. Observed on server 1.29.1.
    ...['--dynamic-config-value', 'history.workflowIdReuseMinimalInterval="0s"'],
    ...Object.entries(dynamicConfig).flatMap(([key, value]) => [
      '--dynamic-config-value',
      `${key}=${JSON.stringify(value)}`,
    ]),
  ];
}

async function untilHealthy(child: TetheredChild, address: string): Promise<void> {
  const readiness = await untilReady({ child, probe: () => probeHealth(address), timeoutMs: startTimeoutMs });
  if (readiness.kind === 'ready') return;
  if (readiness.kind === 'timed-out') await kill(child);
  const reason =
    readiness.kind === 'ended' ? describeExit(readiness.exit) : `not healthy after ${startTimeoutMs / 1_000} s`;
  throw new TemporalServerFailed(reason, child.lastLines());
}

async function probeHealth(address: string): Promise<void> {
  // gRPC waits a second after a refused connection before it tries again.
  await connectOnce(address);
  const connection = Connection.lazy({ address, connectTimeout: '5s' });
  try {
    await connection.ensureConnected();
    await connection.workflowService.describeNamespace({ namespace: 'default' });
  } finally {
    await connection.close();
  }
}

async function stop(child: TetheredChild): Promise<void> {
  child.signal('SIGTERM');
  const giveUp = setTimeout(() => {
    child.signal('SIGKILL');
  }, stopTimeoutMs);
  await child.exited;
  clearTimeout(giveUp);
}

async function kill(child: TetheredChild): Promise<void> {
  child.signal('SIGKILL');
  await child.exited;
}
