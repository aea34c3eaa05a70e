import type { Command } from 'commander';
import { withEpilogue } from '../help.ts';

/** `tandem doctor`: one line per check; exit code 1 if any of them failed. */
export function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description('check the configuration, the database, Temporal and every system, and say what to do')
    .action(async () => {
      // What only this command needs takes longer to load than all others together.
      const { diagnoseAll } = await import('../diagnose-all.ts');
      process.exitCode = (await diagnoseAll()) ? 0 : 1;
    });
  withEpilogue(command, { exitCodes: { 0: 'no check failed', 1: 'at least one check failed' } });
}
