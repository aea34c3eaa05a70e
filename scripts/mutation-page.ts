import { table } from './markdown.ts';
import type { Mutant } from './mutants.ts';
import type { MutationJudgement } from './mutation-judgements.ts';
import { type MutationTally, tallyOf } from './mutation-tally.ts';

const longestCode = 60;

/** The page about a mutation run: numbers per file, and every change that no test noticed. Markdown, not formatted yet. */
export function mutationPage(mutants: readonly Mutant[], judgements: readonly MutationJudgement[]): string {
  const unnoticed = unnoticedOf(mutants);
  return [
    '# Mutation report',
    intro,
    tallyTable(mutants),
    '## Survivors',
    unnoticed.length === 0 ? 'None.' : survivorTable(unnoticed, judgements),
    '',
  ].join('\n\n');
}

/** Judgements that fit no unnoticed change any more. */
export function idleJudgements(
  mutants: readonly Mutant[],
  judgements: readonly MutationJudgement[],
): readonly MutationJudgement[] {
  const used = new Set(unnoticedOf(mutants).map((mutant) => judgementOf(mutant, judgements)));
  return judgements.filter((judgement) => !used.has(judgement));
}

const intro = [
  '`make mutate` changes `engine/` in one place at a time and runs its tests; a change that no test notices has survived.',
  'This page is written from such a run by `scripts/mutation-report.ts`, with the judgements of `scripts/mutation-judgements.ts`.',
  '\n\nThe score is the share of killed and timeout among all but the last two columns. "Broke loading" are changes after',
  'which a test file could not even be loaded: noticed, but by no test, and so not counted. "Left out" are those that a',
  'comment in the code excludes.',
].join(' ');

function tallyTable(mutants: readonly Mutant[]): string {
  const files = [...Map.groupBy(mutants, ({ file }) => file)];
  return table(
    ['File', 'Killed', 'Survived', 'No coverage', 'Timeout', 'Score', 'Broke loading', 'Left out'],
    [
      ...files.map(([file, ofFile]) => [code(file), ...cellsOf(tallyOf(ofFile))]),
      ['**Total**', ...cellsOf(tallyOf(mutants))],
    ],
  );
}

function cellsOf(tally: MutationTally): readonly string[] {
  const { killed, survived, notCovered, timedOut, scorePercent, brokeLoading, leftOut } = tally;
  const score = scorePercent === null ? '' : `${scorePercent.toFixed(1)} %`;
  return [...[killed, survived, notCovered, timedOut].map(String), score, ...[brokeLoading, leftOut].map(String)];
}

function survivorTable(unnoticed: readonly Mutant[], judgements: readonly MutationJudgement[]): string {
  return table(
    ['Place', 'Mutator', 'Change', 'Outcome', 'Judgement'],
    unnoticed.map((mutant) => [
      `${mutant.file}:${mutant.line}`,
      mutant.mutator,
      `${code(mutant.original)} → ${code(mutant.replacement)}`,
      mutant.status === 'NoCoverage' ? 'no coverage' : 'survived',
      judgementOf(mutant, judgements)?.judgement ?? 'not judged yet',
    ]),
  );
}

const unnoticedOf = (mutants: readonly Mutant[]): readonly Mutant[] =>
  mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');

function judgementOf(mutant: Mutant, judgements: readonly MutationJudgement[]): MutationJudgement | undefined {
  return judgements.find(
    ({ file, mutator, line, original, replacement }) =>
      file === mutant.file &&
      mutator === mutant.mutator &&
      line === mutant.lineText &&
      (original ?? mutant.original) === mutant.original &&
      (replacement ?? mutant.replacement) === mutant.replacement,
  );
}

/** Text as Markdown code in one line, also where it has backticks itself. */
function code(text: string): string {
  if (text === '') return 'nothing';
  const short = text.length > longestCode ? `${text.slice(0, longestCode - 1).trimEnd()}…` : text;
  return short.includes('`') ? `\`\`\` ${short} \`\`\`` : `\`${short}\``;
}
