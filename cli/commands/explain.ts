import type { Command } from 'commander';
import { z } from 'zod';
import { historyShape } from '../../api/ops/shapes.ts';
import { createApiClient } from '../api-client.ts';
import { aPair, aRecord, asJson, withEpilogue } from '../help.ts';
import { pathOf, systemsOf } from '../pages.ts';
import { historyInWords } from '../words.ts';

/** `tandem explain <pair> <id> [field]`: why a value is what it is. */
export function addExplain(program: Command): void {
  const command = program
    .command('explain')
    .description('show every value that Tandem has written to a record: what it replaced, when and why')
    .argument('<pair>', aPair)
    .argument('<id>', aRecord)
    .argument('[field]', "only this field, by its name in the pair's table (docs/pairs), for instance lastName")
    .option('--json', asJson)
    .action(async (pair: string, id: string, field: string | undefined, { json }: { json?: boolean }) => {
      const api = createApiClient(process.env);
      const query = field === undefined ? '' : `?field=${encodeURIComponent(field)}`;
      const path = `${pathOf(pair, id)}/history${query}`;
      const { history } = await api.call('GET', path, z.object({ history: z.array(historyShape) }));
      const systems = await systemsOf(api, pair);
      const lines = history.map((row) => historyInWords(row, systems));
      console.log(json === true ? JSON.stringify(history) : lines.join('\n') || 'Tandem has written nothing here.');
    });
  withEpilogue(command, {
    examples: [['tandem explain beteiligte 6b00f52007b2f80d3 lastName', 'the history of one field']],
  });
}
