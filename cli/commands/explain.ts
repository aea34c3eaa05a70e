import type { Command } from 'commander';
import { z } from 'zod';
import { historyShape } from '../../api/ops/shapes.ts';
import { createApiClient } from '../api-client.ts';
import { pathOf, systemsOf } from '../pages.ts';
import { historyInWords } from '../words.ts';

/** `tandem explain <pair> <id> [field]`: why a value is what it is. */
export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('why the values of a record are what they are: every write, over what, and the rule')
    .argument('<pair>')
    .argument('<id>')
    .argument('[field]')
    .option('--json', 'print the answer as JSON')
    .action(async (pair: string, id: string, field: string | undefined, { json }: { json?: boolean }) => {
      const api = createApiClient(process.env);
      const query = field === undefined ? '' : `?field=${encodeURIComponent(field)}`;
      const path = `${pathOf(pair, id)}/history${query}`;
      const { history } = await api.call('GET', path, z.object({ history: z.array(historyShape) }));
      const systems = await systemsOf(api, pair);
      const lines = history.map((row) => historyInWords(row, systems));
      console.log(json === true ? JSON.stringify(history) : lines.join('\n') || 'Tandem has written nothing here.');
    });
}
