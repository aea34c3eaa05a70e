import { describe, expect, test } from '@jest/globals';
import { conflictText, failureText, partedText, questionText } from './messages.ts';
import { answersTo, type QuestionCode } from './question.ts';
import type { FailureCode } from './retry.ts';

const subject = {
  system: 'Advoware',
  ids: ['r7', 'r8'],
  fields: ['surname', 'city'],
  reason: 'the surname is too long',
};
type Part = 'system' | 'ids' | 'fields' | 'reason';
const shown: Readonly<Record<Part, string>> = {
  system: 'Advoware',
  ids: 'r7, r8',
  fields: 'surname, city',
  reason: 'the surname is too long',
};
const parts = Object.keys(shown) as Part[];
const named = (text: string): Part[] => parts.filter((part) => text.includes(shown[part]));

describe("a question tells the record's owner what it is about and what to do", () => {
  const questions: Readonly<Record<QuestionCode, readonly [readonly Part[], RegExp]>> = {
    look_alikes: [['system', 'ids'], /Enter the number of the right one/],
    gone: [['system', 'ids'], /Nothing was deleted .* answer with delete, keep or create/],
    gone_but_edited: [['system', 'ids'], /this one was edited: answer with delete, keep or create/],
    deletion_held: [['system', 'ids'], /unusually many/],
    delete_by_hand: [['system', 'ids'], /Delete it there by hand, or answer with keep/],
    may_not_create: [['system'], /does not create any there/],
    number_taken: [['ids'], /belongs to another record/],
    number_changed: [['ids'], /put the old number back/],
    number_unknown: [['system', 'ids'], /Correct the number, or clear it/],
    maybe_created: [['system'], /may exist there\. Look it up in Advoware/],
    loop: [['fields'], /went back and forth/],
  };

  test.each(Object.keys(questions) as QuestionCode[])('%s', (code) => {
    const [names, advice] = questions[code];
    const text = questionText(code, subject);
    expect(named(text)).toEqual(names);
    expect(text).toMatch(advice);
    expect(text).toMatch(/\.$/);
  });

  test('every question that can be asked has a text', () => {
    expect(Object.keys(questions)).toEqual(Object.keys(answersTo));
  });
});

describe('a failure tells what is the matter and whether it goes on by itself', () => {
  const failures: Readonly<Record<FailureCode, readonly [readonly Part[], RegExp]>> = {
    rate_limited: [['system'], /pause.*by itself\.$/],
    unavailable: [['system'], /can't be reached.*by itself\.$/],
    auth_failed: [['system'], /refuses Tandem's login.*administrator/],
    forbidden: [['system', 'reason'], /does not let Tandem use this record: the/],
    record_failed: [['system', 'reason'], /failed on this record: the/],
    rejected: [['system', 'reason'], /refuses this record: the/],
    stale_version: [['system'], /being changed.*by itself\.$/],
    ambiguous_write: [['system'], /did not answer a write.*by itself\.$/],
    misconfigured: [['system', 'reason'], /not set up correctly: the/],
    unexpected: [['reason'], /unexpected error: the/],
  };

  test.each(Object.keys(failures) as FailureCode[])('%s', (code) => {
    const [names, advice] = failures[code];
    const text = failureText(code, subject);
    expect(named(text)).toEqual(names);
    expect(text).toMatch(advice);
  });
});

test('an open conflict names its fields, and says that all else is equal', () => {
  expect(conflictText(['surname', 'city'])).toMatch(/^surname, city: changed in both.*which value stays.*equal\.$/);
});

test('a record that stays alone is told where its partner was deleted', () => {
  expect(partedText('Advoware')).toMatch(/deleted in Advoware\. This one stays/);
});
