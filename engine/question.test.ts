import { expect, test } from '@jest/globals';
import { type AnswerKind, answersTo, deletionQuestions, question, type QuestionCode } from './question.ts';

test('a question names a side, and records and fields if there are any', () => {
  expect(question('maybe_created', 'replica')).toEqual({ code: 'maybe_created', side: 'replica', ids: [], fields: [] });
  expect(question('gone', 'master', { ids: ['m1'] })).toEqual({
    code: 'gone',
    side: 'master',
    ids: ['m1'],
    fields: [],
  });
  expect(question('loop', 'master', { fields: ['city'] })).toMatchObject({ ids: [], fields: ['city'] });
});

test('what may be answered follows from what was asked', () => {
  const expected: Readonly<Record<QuestionCode, readonly AnswerKind[]>> = {
    look_alikes: ['link', 'create'],
    gone: ['delete', 'keep', 'create'],
    gone_but_edited: ['delete', 'keep', 'create'],
    deletion_held: ['delete', 'keep', 'create'],
    delete_by_hand: ['keep', 'create'],
    may_not_create: ['link'],
    target_gone: [],
    number_taken: [],
    number_changed: [],
    number_unknown: [],
    maybe_created: ['link', 'create'],
    loop: [],
  };
  expect(answersTo).toEqual(expected);
});

test('the questions about what is left of a couple are those where it may be kept', () => {
  const codes = Object.keys(answersTo) as QuestionCode[];
  expect(codes.filter((code) => answersTo[code].includes('keep'))).toEqual(deletionQuestions);
});
