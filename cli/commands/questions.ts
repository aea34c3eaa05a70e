import type { Command } from 'commander';
import { questionsPage } from '../../api/ops/get-questions.ts';
import { type AskedQuestion, answerBody } from '../../api/ops/question-shape.ts';
import { createApiClient } from '../api-client.ts';
import { CommandFailed } from '../command-failed.ts';
import { pagesOf, pairsNamed, pathOf } from '../pages.ts';
import { questionInWords } from '../question-in-words.ts';
import { lookedShape, tellLooked } from './sync-check.ts';

/** `tandem questions [pair]` and `tandem answer <pair> <id> <answer>`. */
export function addQuestionsAndAnswer(program: Command): void {
  program
    .command('questions')
    .description("records that wait for a person's answer, and what may be answered")
    .argument('[pair]')
    .option('--json', 'print the answer as JSON')
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
  program
    .command('answer')
    .description("answer a record's question and have it carried out now")
    .argument('<pair>')
    .argument('<id>', "the master's id, or replica:<id> for a record that only the replica has")
    .argument('<answer>', 'link <other id>, create, delete or keep')
    .argument('[other]', "the partner's id in its own system")
    .option('--json', 'print the answer as JSON')
    .action(
      async (pair: string, id: string, answer: string, other: string | undefined, { json }: { json?: boolean }) => {
        const body = answerBody.safeParse({ answer, ...(other !== undefined && { id: other }) });
        if (!body.success) throw new CommandFailed('The answer is one of: link <other id>, create, delete, keep');
        const path = `${pathOf(pair, id)}/answer`;
        tellLooked(await createApiClient(process.env).call('POST', path, lookedShape, body.data), json === true);
      },
    );
}
