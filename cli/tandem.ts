#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { InvalidConfig } from '../config.ts';
import { DataDirectoryInUse } from '../store/directory-lock.ts';
import { CommandFailed } from './command-failed.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExplain } from './commands/explain.ts';
import { addPauseAndResume } from './commands/pause-resume.ts';
import { addStart } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addSyncCheck } from './commands/sync-check.ts';

// What the environment says already takes precedence.
if (existsSync('.env')) process.loadEnvFile('.env');

const program = new Command('tandem').description(
  'Keeps the records of two systems equal, in both directions, and can say why a value is what it is.',
);
for (const add of [addStart, addSyncCheck, addStatus, addExplain, addPauseAndResume, addDoctor]) add(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommandFailed || error instanceof InvalidConfig || error instanceof DataDirectoryInUse))
    throw error;
  console.error(error.message);
  process.exitCode = error instanceof CommandFailed ? error.exitCode : 2;
}
