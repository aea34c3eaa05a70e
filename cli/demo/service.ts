import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../config.ts';
import { createLog } from '../../log.ts';
import { start } from '../start.ts';
import { installTemporalLogger } from '../temporal-logger.ts';
import { startTemporalServer } from '../temporal-server/start.ts';

/** Everything a demo runs on, on this machine and in this process, but for Temporal's server. */
export interface DemoService<Systems> {
  readonly systems: Systems;
  readonly apiUrl: string;
  readonly apiToken: string;
  readonly temporal: { readonly address: string; readonly uiUrl: string | null };
  readonly logFile: string;
  stop(): Promise<void>;
}

export interface Cast<Systems> {
  start(): Promise<Systems & { stop(): Promise<unknown> }>;
  /** The settings with which the service finds them. */
  environmentOf(systems: Systems): Promise<Readonly<Record<string, string>>>;
}

/** Starts Temporal, the simulated systems, and the service as `tandem start` runs it. */
export async function openService<Systems>(
  say: (line: string) => void,
  cast: Cast<Systems>,
): Promise<DemoService<Systems>> {
  const directory = await mkdtemp(join(tmpdir(), 'tandem-demo-'));
  const closing: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const server = await startTemporalServer({ databaseFile: join(directory, 'temporal.db'), uiPort: 0, log: say });
    closing.push(() => server.stop());
    const systems = await cast.start();
    closing.push(() => systems.stop());
    const logFile = join(directory, 'tandem.log');
    const log = createLog('info', createWriteStream(logFile));
    installTemporalLogger(log);
    const apiToken = randomBytes(16).toString('hex');
    const config = parseConfig({
      ...{ API_PORT: '0', API_TOKENS: `demo:${apiToken}` },
      ...(await cast.environmentOf(systems)),
      // The stories are about webhooks, and nothing may stay behind in a Temporal that was there before.
      ...{ CATCH_UP_EVERY: 'off', CENSUS_AT: 'off' },
      ...{ ROLLING_CHECK_PERIOD: 'off', KEEP_WEBHOOKS_EVERY: 'off' },
      ...{ TEMPORAL_ADDRESS: server.address, TANDEM_DATA: directory },
    });
    const tandem = await start(config, 'all', log);
    closing.push(() => tandem.stop());
    await tandem.ready;
    const uiUrl = server.kind === 'started' ? (server.uiUrl ?? null) : null;
    const apiUrl = tandem.api?.url ?? '';
    return { systems, apiUrl, apiToken, temporal: { address: server.address, uiUrl }, logFile, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
