import type { Command } from 'commander';
import { retriedShape } from '../../api/ops/post-retry.ts';
import { createApiClient } from '../api-client.ts';
import { CommandFailed } from '../command-failed.ts';
import { aPair, aRecord, asJson, looked, withEpilogue } from '../help.ts';
import { pathOf } from '../pages.ts';
import { counted } from '../words.ts';
import { lookedShape, tellLooked } from './sync-check.ts';

interface RetryOptions {
  readonly all?: boolean;
  readonly code?: string;
  readonly json?: boolean;
}

/** `tandem retry <pair> <id>` and `tandem retry <pair> --all`. */
export function addRetry(program: Command): void {
  const command = program
    .command('retry')
    .description('try failed records again now: one of them, or all of a pair')
    .argument('<pair>', aPair)
    .argument('[id]', aRecord)
    .option('--all', 'all failed records of the pair, except those that ask a question')
    .option('--code <code>', 'with --all: only those with this error code, for instance record_failed')
    .option('--json', asJson)
    .action(async (pair: string, id: string | undefined, options: RetryOptions) => {
      if ((id === undefined) !== (options.all === true)) throw new CommandFailed('Name either the record or --all');
      if (id !== undefined && options.code !== undefined) throw new CommandFailed('--code goes with --all');
      await (id === undefined ? retryAll(pair, options) : retryOne(pair, id, options));
    });
  withEpilogue(command, {
    examples: [
      ['tandem retry beteiligte 6b00f52007b2f80d3', 'one record; waits for the result'],
      ['tandem retry beteiligte --all --code record_failed', 'all with this error code; does not wait'],
    ],
    exitCodes: looked,
  });
}

async function retryOne(pair: string, id: string, { json }: RetryOptions): Promise<void> {
  const answer = await createApiClient(process.env).call('POST', `${pathOf(pair, id)}/retry`, lookedShape);
  tellLooked(answer, json === true);
}

async function retryAll(pair: string, { code, json }: RetryOptions): Promise<void> {
  const body = { all: true, ...(code !== undefined && { code }) };
  const answer = await createApiClient(process.env).call('POST', `${pathOf(pair)}/retry`, retriedShape, body);
  const words = `${counted(answer.retried, 'record')} tried again now; \`tandem failed ${pair}\` shows what still fails.`;
  console.log(json === true ? JSON.stringify(answer) : words);
}
