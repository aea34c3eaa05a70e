import { type Command, Option } from 'commander';
import type { z } from 'zod';
import { deletionsPage } from '../../api/ops/get-deletions.ts';
import { type AskedQuestion, decidedDeletions } from '../../api/ops/question-shape.ts';
import { type ApiClient, createApiClient } from '../api-client.ts';
import { CommandFailed } from '../command-failed.ts';
import { aPair, asJson, withEpilogue } from '../help.ts';
import { pagesOf, pathOf } from '../pages.ts';
import { questionInWords } from '../question-in-words.ts';

interface DeletionOptions {
  readonly approve?: boolean;
  readonly keep?: boolean;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `tandem deletions <pair>`: what is left of deleted couples, and `--approve` or `--keep` for some or all of it. */
export function addDeletions(program: Command): void {
  const command = program
    .command('deletions')
    .description('list records whose partner was deleted, and decide whether they are deleted too')
    .argument('<pair>', aPair)
    .argument('[ids...]', "with --approve or --keep: the master's ids, or replica:<id>")
    .option('--approve', 'delete these records too')
    .addOption(new Option('--keep', 'keep these records, without a partner').conflicts('approve'))
    .option('--all', 'with --approve or --keep: all of them; afterwards the pair deletes by itself again')
    .option('--json', asJson)
    .action(async (pair: string, ids: string[], options: DeletionOptions) => {
      const api = createApiClient(process.env);
      const answer = options.approve === true ? 'delete' : options.keep === true ? 'keep' : null;
      const isChosen = ids.length > 0 || options.all === true;
      if (answer === null) {
        if (isChosen) throw new CommandFailed('Say what becomes of them: --approve or --keep');
        await list(api, pair, options.json === true);
        return;
      }
      if (ids.length > 0 === (options.all === true)) throw new CommandFailed('Name either the records or --all');
      const body = options.all === true ? { answer, all: true } : { answer, ids };
      const decided = await api.call('POST', `${pathOf(pair)}/deletions/decide`, decidedDeletions, body);
      console.log(options.json === true ? JSON.stringify(decided) : decidedInWords(decided, pair, answer));
    });
  withEpilogue(command, {
    examples: [
      ['tandem deletions beteiligte', 'list them'],
      ['tandem deletions beteiligte 6b00f52007b2f80d3 --keep', 'keep this one'],
    ],
  });
}

async function list(api: ApiClient, pair: string, json: boolean): Promise<void> {
  const questions: AskedQuestion[] = [];
  let heldSince: string | null = null;
  for await (const page of pagesOf(api, `${pathOf(pair)}/deletions`, deletionsPage, { limit: '200' })) {
    questions.push(...page.questions);
    ({ heldSince } = page);
  }
  if (json) {
    console.log(JSON.stringify({ heldSince, questions }));
    return;
  }
  const held = heldSince === null ? [] : [heldInWords(pair, heldSince)];
  const lines = questions.map((asked) => questionInWords(pair, asked));
  console.log([...held, ...(lines.length === 0 ? ['No record asks about a deletion.'] : lines)].join('\n\n'));
}

const heldInWords = (pair: string, since: string): string =>
  `${pair} has deleted nothing by itself since ${since}: there was too much of it. \`tandem deletions ${pair} --approve --all\` lets it go on, \`--keep --all\` keeps these.`;

function decidedInWords(
  { answered, left, heldSince }: z.infer<typeof decidedDeletions>,
  pair: string,
  answer: 'delete' | 'keep',
): string {
  return [
    `${answered} answered with ${answer}; the next look at each carries it out.`,
    ...(left === 0 ? [] : [`${left} still wait for an answer: \`tandem deletions ${pair}\`.`]),
    ...(heldSince === null ? [] : [`Nothing is deleted by itself since ${heldSince}.`]),
  ].join('\n');
}
