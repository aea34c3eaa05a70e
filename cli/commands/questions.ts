import type { Command } from 'commander';
import { questionsPage } from '../../api/ops/get-questions.ts';
import { type AskedQuestion, answerBody } from '../../api/ops/question-shape.ts';
import { createApiClient } from '../api-client.ts';
import { CommandFailed } from '../command-failed.ts';
import { aPair, aPairOrAll, aRecord, asJson, looked, withEpilogue } from '../help.ts';
import { pagesOf, pairsNamed, pathOf } from '../pages.ts';
import { questionInWords } from '../question-in-words.ts';
import { lookedShape, tellLooked } from './sync-check.ts';

/** `tandem questions [pair]` and `tandem answer <pair> <id> <answer>`. */
export function addQuestionsAndAnswer(program: Command): void {
  program
    .command('questions')
    .description('list records that ask a question, with the possible answers')
    .argument('[pair]', aPairOrAll)
    .option('--json', asJson)
    .action(async (pair: string | undefined, { json }: { json?: boolean }) => {
      const api = createApiClient(process.env);
      const found: (AskedQuestion & { pair: string })[] = [];
      for (const { name } of await pairsNamed(api, pair)) {
        const pages = pagesOf(api, `${pathOf(name)}/questions`, questionsPage, { limit: '200' });
        for await (const { questions } of pages) found.push(...questions.map((asked) => ({ pair: name, ...asked })));
      }
      const lines = found.map((asked) => questionInWords(asked.pair, asked));
      console.log(json === true ? JSON.stringify(found) : lines.join('\n\n') || 'No record asks anything.');
    });
  const command = program
    .command('answer')
    .description('answer the question of a record; the answer is carried out at once')
    .argument('<pair>', aPair)
    .argument('<id>', aRecord)
    .argument('<answer>', 'link, create, delete or keep; `tandem questions` shows which of them are possible')
    .argument('[other]', 'with link: the id of the partner in the other system')
    .option('--json', asJson)
    .action(
      async (pair: string, id: string, answer: string, other: string | undefined, { json }: { json?: boolean }) => {
        const body = answerBody.safeParse({ answer, ...(other !== undefined && { id: other }) });
        if (!body.success) throw new CommandFailed('The answer is one of: link <other id>, create, delete, keep');
        const path = `${pathOf(pair, id)}/answer`;
        tellLooked(await createApiClient(process.env).call('POST', path, lookedShape, body.data), json === true);
      },
    );
  withEpilogue(command, {
    examples: [
      ['tandem answer beteiligte 6b00f52007b2f80d3 link 104860', 'the two are the same record'],
      ['tandem answer beteiligte 6b00f52007b2f80d3 create', 'create the missing partner'],
    ],
    exitCodes: looked,
  });
}
