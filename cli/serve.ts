import { parseConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { type Parts, start } from './start.ts';
import { installTemporalLogger } from './temporal-logger.ts';

/** Runs the service until this process is told to end. @throws InvalidConfig, DataDirectoryInUse */
export async function serve(parts: Parts): Promise<void> {
  const config = parseConfig(process.env);
  const log = createLog(config.LOG_LEVEL);
  installTemporalLogger(log);
  const running = await start(config, parts, log);
  const { promise: told, resolve } = Promise.withResolvers<undefined>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(1));
      log.info('Stopping: running work is finished first; the same signal once more ends at once');
      resolve(undefined);
    });
  }
  await told;
  await running.stop();
  log.info('Stopped');
}
