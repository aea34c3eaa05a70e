import type { Command } from 'commander';
import { z } from 'zod';
import { historyShape, pairShape } from '../../api/ops/shapes.ts';
import { createApiClient } from '../api-client.ts';
import { CommandFailed } from '../command-failed.ts';
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
      const path = `/pairs/${encodeURIComponent(pair)}/records/${encodeURIComponent(id)}/history${query}`;
      const { history } = await api.call('GET', path, z.object({ history: z.array(historyShape) }));
      const { pairs } = await api.call('GET', '/pairs', z.object({ pairs: z.array(pairShape) }));
      const known = pairs.find(({ name }) => name === pair);
      if (known === undefined) throw new CommandFailed(`There is no pair ${pair}`);
      const systems = { master: known.master.system, replica: known.replica.system };
      const lines = history.map((row) => historyInWords(row, systems));
      console.log(json === true ? JSON.stringify(history) : lines.join('\n') || 'Tandem has written nothing here.');
    });
}
