#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { z } from 'zod';
import { WorkflowsNotBuilt } from '../built-workflows.ts';
import { InvalidConfig } from '../config.ts';
import { DataDirectoryInUse } from '../store/directory-lock.ts';
import { CommandFailed } from './command-failed.ts';
import { addCensusAndBackfill } from './commands/census.ts';
import { addConflicts } from './commands/conflicts.ts';
import { addDeletions } from './commands/deletions.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExplain } from './commands/explain.ts';
import { addFailed } from './commands/failed.ts';
import { addPauseAndResume } from './commands/pause-resume.ts';
import { addPlan } from './commands/plan.ts';
import { addQuestionsAndAnswer } from './commands/questions.ts';
import { addRetry } from './commands/retry.ts';
import { addStart } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addSyncCheck } from './commands/sync-check.ts';
import { addToken } from './commands/token.ts';
import { addWebhooks } from './commands/webhooks.ts';
import { withEpilogue } from './help.ts';

// What the environment says already takes precedence.
if (existsSync('.env')) process.loadEnvFile('.env');

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));

/** What can't start as it is set up; 2 means that something would be written. */
const setUpCode = 4;

const program = new Command('tandem')
  .description('Keeps the records of two systems in agreement, in both directions, and can explain every value.')
  .version(version)
  // An option belongs to the command before it, also where the command above it has one of the same name.
  .enablePositionalOptions();
const commands = [
  addStart,
  addSyncCheck,
  addStatus,
  addExplain,
  addPlan,
  addCensusAndBackfill,
  addConflicts,
  addQuestionsAndAnswer,
  addDeletions,
  addFailed,
  addRetry,
  addPauseAndResume,
  addWebhooks,
  addDoctor,
  addToken,
];
for (const add of commands) add(program);
withEpilogue(program, {
  exitCodes: {
    0: 'done',
    1: 'a person has to act, or the command failed',
    2: 'plan, --dry-run: something would be changed',
    3: 'not finished; it goes on by itself',
    4: 'the configuration can not be used',
  },
});

try {
  await program.parseAsync();
} catch (error) {
  const told = [CommandFailed, InvalidConfig, DataDirectoryInUse, WorkflowsNotBuilt];
  if (!(error instanceof Error) || !told.some((kind) => error instanceof kind)) throw error;
  console.error(error.message);
  process.exitCode = error instanceof CommandFailed ? error.exitCode : setUpCode;
}
