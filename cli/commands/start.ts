import { type Command, Option } from 'commander';
import { parseConfig } from '../../config.ts';
import { createLog } from '../../log.ts';
import { type Parts, start } from '../start.ts';
import { installTemporalLogger } from '../temporal-logger.ts';

/** `tandem start [--only api|worker]`: runs the service until it is told to end. */
export function addStart(program: Command): void {
  program
    .command('start')
    .description('run API and worker in this process, or only one of them')
    .addOption(new Option('--only <part>', 'needs DATABASE_URL').choices(['api', 'worker']))
    .action(async ({ only }: { only?: Exclude<Parts, 'all'> }) => {
      const config = parseConfig(process.env);
      const log = createLog(config.LOG_LEVEL);
      installTemporalLogger(log);
      const running = await start(config, only ?? 'all', log);
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
    });
}
