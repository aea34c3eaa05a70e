import type { Command } from 'commander';
import { pairShape } from '../../api/ops/shapes.ts';
import { createApiClient } from '../api-client.ts';
import { aPair } from '../help.ts';
import { pathOf } from '../pages.ts';
import { definitionAdvice } from '../words.ts';

/** `tandem pause <pair>` and `tandem resume <pair>`. */
export function addPauseAndResume(program: Command): void {
  program
    .command('pause')
    .description('pause a pair: changes are still noted, but nothing is read or written')
    .argument('<pair>', aPair)
    .option('--reason <text>', 'shown by `tandem status`', 'paused by hand')
    .action(async (pair: string, { reason }: { reason: string }) => {
      await createApiClient(process.env).call('POST', `${pathOf(pair)}/pause`, pairShape, { reason });
      console.log(`${pair} is paused; \`tandem resume ${pair}\` lets it go on.`);
    });
  program
    .command('resume')
    .description('resume a paused pair; everything noted in the meantime is looked at')
    .argument('<pair>', aPair)
    .action(async (pair: string) => {
      const path = `${pathOf(pair)}/resume`;
      const { definitionChanges } = await createApiClient(process.env).call('POST', path, pairShape);
      const waits = `${pair} is not paused any more, but its definition has changed and waits: ${definitionAdvice(pair)}.`;
      console.log(definitionChanges.length === 0 ? `${pair} goes on.` : waits);
    });
}
