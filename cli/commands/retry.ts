import type { Command } from 'commander';
import { retriedShape } from '../../api/ops/post-retry.ts';
import { createApiClient } from '../api-client.ts';
import { CommandFailed } from '../command-failed.ts';
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
  program
    .command('retry')
    .description('try again now what was given up or waits for its next attempt')
    .argument('<pair>')
    .argument('[id]', "the master's id, or replica:<id> for a record that only the replica has")
    .option('--all', 'every record of the pair that has failed; what asks something is left alone')
    .option('--code <code>', 'with --all: those that failed in this way, for instance record_failed')
    .option('--json', 'print the answer as JSON')
    .action(async (pair: string, id: string | undefined, options: RetryOptions) => {
      if ((id === undefined) !== (options.all === true)) throw new CommandFailed('Name either the record or --all');
      if (id !== undefined && options.code !== undefined) throw new CommandFailed('--code goes with --all');
      await (id === undefined ? retryAll(pair, options) : retryOne(pair, id, options));
    });
}

async function retryOne(pair: string, id: string, { json }: RetryOptions): Promise<void> {
  const answer = await createApiClient(process.env).call('POST', `${pathOf(pair, id)}/retry`, lookedShape);
  tellLooked(answer, json === true);
}

async function retryAll(pair: string, { code, json }: RetryOptions): Promise<void> {
  const body = { all: true, ...(code !== undefined && { code }) };
  const answer = await createApiClient(process.env).call('POST', `${pathOf(pair)}/retry`, retriedShape, body);
  const words = `${counted(answer.retried, 'record')} tried again now; \`tandem failed ${pair}\` shows what fails still.`;
  console.log(json === true ? JSON.stringify(answer) : words);
}
