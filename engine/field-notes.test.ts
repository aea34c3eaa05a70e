import { describe, expect, test } from '@jest/globals';
import { asReplica, people } from '../test/support/people.ts';
import { type FieldNote, nextNotes, notesForStranded, notesFromAnswer } from './field-notes.ts';
import type { FieldWrite } from './plan.ts';
import type { Json } from './values.ts';

const since = '2026-11-20T10:00:00.000Z';
const note = (kind: 'not_taken' | 'altered', side: FieldNote['side'] = 'replica'): FieldNote => ({ kind, side, since });
const write = (field: string, oldValue: Json, newValue: Json): FieldWrite => ({
  field,
  side: 'replica',
  attribute: `their_${field}`,
  oldValue,
  newValue,
  losingValue: null,
  rule: 'only_master_changed',
});

describe('a write that did not land as it was sent', () => {
  const notes = (writes: readonly FieldWrite[], answer: Record<string, Json>) =>
    notesFromAnswer(people, 'replica', writes, asReplica(answer), since);

  test('was not taken if the old value is still there', () => {
    expect(notes([write('city', 'Celle', 'Peine')], { city: ' Celle' })).toEqual({ city: note('not_taken') });
    expect(notes([write('city', null, 'Peine')], {})).toEqual({ city: note('not_taken') });
  });

  test('was altered if another one is', () => {
    expect(notes([write('city', 'Celle', 'Bad Münder am Deister')], { city: 'Bad Mü' })).toEqual({
      city: note('altered'),
    });
  });

  test('is no news if it is there, in whatever form', () => {
    expect(notes([write('born', null, '2001-01-05T00:00:00')], { born: '2001-01-05' })).toEqual({});
  });

  test('is noted on its own side only, and for every field', () => {
    const writes = [write('city', 'Celle', 'Peine'), write('mood', 'calm', 'glad'), write('vow', null, 'yes')];
    expect(notes(writes, { city: 'Celle', mood: 'g', vow: 'yes' })).toEqual({
      city: note('not_taken'),
      mood: note('altered'),
    });
    expect(notesFromAnswer(people, 'master', writes, {}, since)).toEqual({});
  });

  test('is forgotten if the pair does not map the field any more', () => {
    expect(notes([write('hobby', 'chess', 'go')], { hobby: 'chess' })).toEqual({});
  });
});

test('a value that a side is known not to take is noted there', () => {
  const stranded = [
    { field: 'rank', side: 'replica' },
    { field: 'mood', side: 'master' },
  ] as const;
  expect(notesForStranded(stranded, since)).toEqual({ rank: note('not_taken'), mood: note('not_taken', 'master') });
  expect(notesForStranded([], since)).toEqual({});
});

describe('a note', () => {
  const earlier = { city: note('altered'), rank: note('not_taken') };
  const now = (city: string, rank: string) => ({
    master: { city: 'Celle', rank: 'A' },
    replica: asReplica({ city, rank }),
  });

  test('stays as long as both sides differ in that field', () => {
    expect(nextNotes(people, earlier, {}, now('Cel', 'B'))).toEqual(earlier);
    expect(nextNotes(people, earlier, {}, now('Cel', ' A '))).toEqual({ city: note('altered') });
    expect(nextNotes(people, earlier, {}, now('Celle', 'A'))).toEqual({});
  });

  test('is replaced by a newer one', () => {
    const fresh = { city: { ...note('not_taken'), since: '2026-11-21T10:00:00.000Z' } };
    expect(nextNotes(people, earlier, fresh, now('Cel', 'A'))).toEqual(fresh);
  });

  test('is not made for fields that are equal by now', () => {
    expect(nextNotes(people, {}, { city: note('altered') }, now('Celle', 'B'))).toEqual({});
  });
});
