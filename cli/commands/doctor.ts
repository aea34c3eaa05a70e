import type { Command } from 'commander';

/** `tandem doctor`: one line per check; exit code 1 if any of them failed. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check configuration, database, Temporal and every system')
    .action(async () => {
      // What only this command needs takes longer to load than all others together.
      const { diagnoseAll } = await import('../diagnose-all.ts');
      process.exitCode = (await diagnoseAll()) ? 0 : 1;
    });
}
