import { describe, expect, test } from '@jest/globals';
import { asReplica, people } from '../test/support/people.ts';
import { agreedOn } from '../test/support/planning.ts';
import { differingFields, equalsSnapshot, fieldState, snapshotAfterWrite } from './snapshot.ts';

const born = people.fields.find(({ name }) => name === 'born')!;
const meier = { surname: 'Meier', city: 'Hannover', born: '2001-01-05' };

describe('a field of one side', () => {
  test('has changed if it means something else than the snapshot', () => {
    expect(fieldState(born, 'master', meier, { born: '1980-02-29' })).toBe('changed');
    expect(fieldState(born, 'master', meier, {})).toBe('changed');
    expect(fieldState(born, 'master', { born: null }, meier)).toBe('changed');
  });

  test('has not if it only looks different', () => {
    expect(fieldState(born, 'replica', { their_born: '2001-01-05' }, { their_born: '2001-01-05T00:00:00' })).toBe(
      'unchanged',
    );
    expect(fieldState(born, 'master', { born: null }, {})).toBe('unchanged');
    expect(fieldState(born, 'master', { born: '' }, { born: null })).toBe('unchanged');
  });

  test('is unknown without a snapshot of this very attribute', () => {
    expect(fieldState(born, 'master', null, meier)).toBe('unknown');
    expect(fieldState(born, 'master', { city: 'Celle' }, meier)).toBe('unknown');
    expect(fieldState(born, 'replica', meier, asReplica(meier))).toBe('unknown');
  });
});

describe('a side still shows what was agreed', () => {
  const { master: snapshot } = agreedOn(meier);

  test('if no mapped field has changed, whatever else has', () => {
    expect(equalsSnapshot(people, 'master', snapshot, { ...meier, hobby: 'chess' })).toBe(true);
  });

  test('not if a field has changed, or is not known', () => {
    expect(equalsSnapshot(people, 'master', snapshot, { ...meier, city: 'Celle' })).toBe(false);
    const { vow: _vow, ...withoutVow } = snapshot;
    expect(equalsSnapshot(people, 'master', withoutVow, meier)).toBe(false);
  });
});

test('the fields that differ between two views of one side, by what they mean', () => {
  const now = { ...meier, city: 'Celle', born: '2001-01-05T00:00:00', mood: 'glad' };
  expect(differingFields(people, 'master', meier, now)).toEqual(['city', 'mood']);
  expect(differingFields(people, 'replica', asReplica(meier), asReplica(now))).toEqual(['city', 'mood']);
  expect(differingFields(people, 'replica', meier, now)).toEqual([]);
});

describe('the snapshot after a write', () => {
  const after = (written: readonly string[], answer: Record<string, string>) =>
    snapshotAfterWrite(people, 'replica', { planned: asReplica(meier), answer, written });

  test('has the mapped attributes only, and empty ones too', () => {
    expect(snapshotAfterWrite(people, 'master', { planned: { hobby: 'chess' }, answer: {}, written: [] })).toEqual(
      agreedOn({}).master,
    );
  });

  test('takes what was written as the system stored it', () => {
    expect(after(['their_city'], { their_city: 'Bad Mü' })).toMatchObject({
      their_city: 'Bad Mü',
      their_surname: 'Meier',
    });
  });

  test('takes nothing else from the answer: an edit made meanwhile is still an edit', () => {
    expect(after(['their_city'], { their_city: 'Celle', their_surname: 'Maier' })).toMatchObject({
      their_surname: 'Meier',
    });
  });

  test('takes what was written and is missing in the answer as empty', () => {
    expect(after(['their_city'], {})).toMatchObject({ their_city: null });
  });
});
