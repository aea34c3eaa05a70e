/** Writes `docs/mutation-report.md` from the report that `stryker run` leaves. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { readMutants } from './mutants.ts';
import { mutationJudgements } from './mutation-judgements.ts';
import { idleJudgements, mutationPage } from './mutation-page.ts';

const pathOf = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

const mutants = readMutants(JSON.parse(await readFile(pathOf('reports/mutation.json'), 'utf8')));
const pagePath = pathOf('docs/mutation-report.md');
const options = await resolveConfig(pagePath);
await writeFile(pagePath, await format(mutationPage(mutants, mutationJudgements), { ...options, filepath: pagePath }));

for (const { file, mutator, line } of idleJudgements(mutants, mutationJudgements)) {
  console.error(`No survivor is left for the judgement of ${mutator} in ${file}: ${line}`);
}
