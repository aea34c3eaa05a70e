import { type Command, Option } from 'commander';
import type { Parts } from '../start.ts';

/** `tandem start [--only api|worker]`: runs the service until it is told to end. */
export function addStart(program: Command): void {
  program
    .command('start')
    .description('run the service: API and worker in one process, or only one of them')
    .addOption(
      new Option('--only <part>', 'run only this part; needs DATABASE_URL (PostgreSQL)').choices(['api', 'worker']),
    )
    .action(async ({ only }: { only?: Exclude<Parts, 'all'> }) => {
      // The whole service takes longer to load than every other command needs.
      const { serve } = await import('../serve.ts');
      await serve(only ?? 'all');
    });
}
