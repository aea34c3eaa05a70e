import type { Command } from 'commander';
import type { z } from 'zod';
import { failedPage, type failedShape } from '../../api/ops/get-failed.ts';
import { createApiClient } from '../api-client.ts';
import { aPairOrAll, asJson } from '../help.ts';
import { nameOf, pagesOf, pairsNamed, pathOf } from '../pages.ts';
import { tableOf } from '../table.ts';

type Failed = z.infer<typeof failedShape> & { readonly pair: string };

/** `tandem failed [pair]`: what was given up, and what waits for its next attempt. */
export function addFailed(program: Command): void {
  program
    .command('failed')
    .description('list records that have failed, why, and when each is tried again')
    .argument('[pair]', aPairOrAll)
    .option('--code <code>', 'only those with this error code, for instance record_failed')
    .option('--json', asJson)
    .action(async (pair: string | undefined, { code, json }: { code?: string; json?: boolean }) => {
      const api = createApiClient(process.env);
      const found: Failed[] = [];
      for (const { name } of await pairsNamed(api, pair)) {
        const pages = pagesOf(api, `${pathOf(name)}/failed`, failedPage, { code, limit: '200' });
        for await (const { records } of pages) found.push(...records.map((record) => ({ pair: name, ...record })));
      }
      console.log(json === true ? JSON.stringify(found) : inWords(found));
    });
}

const headings = ['pair', 'record', 'code', 'attempts', 'since', 'next attempt', 'reason'];

function inWords(failed: readonly Failed[]): string {
  if (failed.length === 0) return 'No record has failed.';
  const rows = failed.map((record) => {
    const { pair, code, attempts, failedAt, nextAttemptAt, message } = record;
    return [pair, nameOf(record), code, String(attempts), failedAt, nextAttemptAt ?? 'given up', message];
  });
  return tableOf(headings, rows);
}
