import type { Command } from 'commander';
import { pairShape } from '../../api/ops/shapes.ts';
import { createApiClient } from '../api-client.ts';
import { pathOf } from '../pages.ts';
import { definitionAdvice } from '../words.ts';

/** `tandem pause <pair>` and `tandem resume <pair>`. */
export function addPauseAndResume(program: Command): void {
  program
    .command('pause')
    .description('stop writing for a pair; changes go on being noted')
    .argument('<pair>')
    .option('--reason <text>', 'shown in the status', 'paused by hand')
    .action(async (pair: string, { reason }: { reason: string }) => {
      await createApiClient(process.env).call('POST', `${pathOf(pair)}/pause`, pairShape, { reason });
      console.log(`${pair} is paused; \`tandem resume ${pair}\` lets it go on.`);
    });
  program
    .command('resume')
    .description('let a paused pair go on; everything that changed meanwhile is looked at')
    .argument('<pair>')
    .action(async (pair: string) => {
      const path = `${pathOf(pair)}/resume`;
      const { definitionChanges } = await createApiClient(process.env).call('POST', path, pairShape);
      const waits = `${pair} is not paused any more, but its definition has changed and waits: ${definitionAdvice(pair)}.`;
      console.log(definitionChanges.length === 0 ? `${pair} goes on.` : waits);
    });
}
