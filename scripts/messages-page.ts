import { german } from '../engine/messages-de.ts';
import { languages, type Messages, messagesIn, type NextTry } from '../engine/messages.ts';
import type { QuestionCode } from '../engine/question.ts';
import type { FailureCode } from '../engine/retry.ts';
import type { Subject, WaitCode } from '../engine/wording.ts';
import { table } from './markdown.ts';

/** What the texts are about in the page's examples. */
const subject: Subject = {
  system: 'Advoware',
  ids: ['104860'],
  fields: ['title (titel)'],
  correctIn: null,
  reason: 'technical reason',
};
const at = new Date('2026-11-21T08:12:00Z');
const again: NextTry = { kind: 'again', at, attempt: 2, of: 5 };
const gaveUp: NextTry = { kind: 'gaveUp' };
const byItself: NextTry = { kind: 'byItself' };

/** What usually follows each failure. */
const nexts: Readonly<Record<FailureCode, NextTry>> = {
  rate_limited: byItself,
  unavailable: byItself,
  auth_failed: byItself,
  budget_spent: byItself,
  stopped: byItself,
  forbidden: gaveUp,
  record_failed: again,
  rejected: gaveUp,
  stale_version: byItself,
  ambiguous_write: byItself,
  misconfigured: gaveUp,
  unexpected: again,
};

type Row = readonly [string, (messages: Messages) => string];

const catalogues = languages.map((language) => messagesIn(language, 'Europe/Berlin'));
const textTable = (head: string, rows: readonly Row[]): string =>
  table(
    [head, 'English (`en`)', 'German (`de`)'],
    rows.map(([name, text]) => [name, ...catalogues.map(text)]),
  );

/** Every text that a record's owner may read, in each language. */
export const messagesPage = (): string => `# What people read in EspoCRM

<!-- Written by scripts/write-docs.ts from engine/messages-en.ts and engine/messages-de.ts. Change those, then run \`npm run docs\`. -->

The texts of \`syncErrorMessage\`, in the language of \`TANDEM_LANGUAGE\`; \`tandem status\`, \`tandem questions\` and the ops API show
the same. Times are those of \`TANDEM_TIMEZONE\`. No text has a value of the record in it: only systems, numbers, names of
fields and, in square brackets, the technical reason, which is always English. A field is named as the pair names it, with
EspoCRM's attribute where that is another word. The examples are about record 104860 in Advoware and the field \`title\`.

## Failures

${failures()}

What follows is said at the end where it may go one way or another:

${followings()}

## While a system is away

${textTable('code', waits())}

## Questions

${textTable('code', questions())}

## Other

${textTable('what', [
  ['it points to a record that has to be there first', (messages) => messages.waitsFor(['projects 102877'])],
  ['fields wait for a person', (messages) => messages.conflict(['firstName', ...subject.fields])],
  ['a system answers again (notification)', (messages) => messages.recovered(subject.system, at)],
  ['the partner was deleted, this record stays', (messages) => messages.parted(subject.system)],
])}
`;

function failures(): string {
  const inEspoCrm: Subject = { ...subject, system: 'EspoCRM', correctIn: 'Advoware' };
  const rows = Object.entries(nexts).map(([code, next]): Row => [
    `\`${code}\``,
    (messages) => messages.failure(code as FailureCode, subject, next),
  ]);
  const refusals: readonly Row[] = [
    ['`rejected` by EspoCRM', (messages) => messages.failure('rejected', inEspoCrm, gaveUp)],
    ['`rejected`, no field named', (messages) => messages.failure('rejected', { ...subject, fields: [] }, gaveUp)],
  ];
  return textTable('code', [...rows, ...refusals]);
}

const followings = (): string =>
  textTable('what follows', [
    ['a failure that counts', (messages) => messages.failure('record_failed', subject, again)],
    ['after the last attempt', (messages) => messages.failure('record_failed', subject, gaveUp)],
    ['a wait that does not count', (messages) => messages.failure('ambiguous_write', subject, byItself)],
  ]);

const waits = (): readonly Row[] =>
  (Object.keys(german.waits) as WaitCode[]).map((code) => [
    `\`${code}\``,
    (messages) => messages.waiting({ system: subject.system, since: at, code }),
  ]);

const questions = (): readonly Row[] =>
  (Object.keys(german.questions) as QuestionCode[]).map((code) => [
    `\`${code}\``,
    (messages) => messages.question(code, subject),
  ]);
