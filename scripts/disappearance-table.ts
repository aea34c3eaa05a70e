import type { Answer } from '../engine/question.ts';
import type { DisappearanceOutcome, DisappearanceRow } from '../test/support/disappearance-rows.ts';
import { table } from './markdown.ts';

const heads = ['situation', 'policy', 'edited since', 'what else', 'then the record that is left', 'rule or question'];

/** What becomes of the record that is left of a couple, situation by situation. */
export const disappearanceTable = (rows: readonly DisappearanceRow[]): string =>
  table(
    heads,
    rows.map((row) => [
      row.situation,
      `\`${row.policy}\``,
      row.edited,
      circumstancesOf(row).join('; '),
      fates[row.outcome.kind](row.outcome),
      reasonOf(row.outcome),
    ]),
  );

const circumstancesOf = ({ proven, whenEdited, parted, answer, mayNotCreate }: DisappearanceRow): string[] => [
  ...(proven === false ? ['not proven'] : []),
  ...(whenEdited === 'delete' ? ['a deletion beats an edit'] : []),
  ...(mayNotCreate === true ? ['nothing is created there'] : []),
  ...(parted === undefined ? [] : [partings[parted]]),
  ...(answer === undefined ? [] : [answers[answer.kind]]),
];

const partings: Readonly<Record<NonNullable<DisappearanceRow['parted']>, string>> = {
  same: 'parted before because of it',
  other: 'parted before because of the other one',
  both: 'both were gone before',
};

const answers: Readonly<Record<Answer['kind'], string>> = {
  link: 'answer: the number of another record',
  create: 'answer: create',
  delete: 'answer: delete',
  keep: 'answer: keep',
};

const fates: Readonly<Record<DisappearanceOutcome['kind'], (outcome: DisappearanceOutcome) => string>> = {
  removed: (outcome) =>
    outcome.kind === 'removed' && outcome.by === 'archiving' ? 'is marked, and alone' : 'is deleted',
  'partner created': () => 'stays, its partner is created again',
  parted: () => 'stays, alone',
  'left alone': () => 'stays, alone as before',
  asked: () => 'stays, a person is asked',
  'looked at': () => 'stays, the other record is looked at',
};

function reasonOf(outcome: DisappearanceOutcome): string {
  if ('rule' in outcome) return `\`${outcome.rule}\``;
  return outcome.kind === 'asked' ? `\`${outcome.code}\`` : '';
}
