import { describe, expect, test } from '@jest/globals';
import type { StoredFailure } from '../../store/schema.ts';
import type { FieldNote } from '../../engine/field-notes.ts';
import type { StoredLink } from './evidence.ts';
import type { Rest } from './findings.ts';
import { couple, creation, HandMade, hint, link, write } from './hand-made.ts';
import { judge } from './oracle.ts';

const found = (rest: Rest): string[] =>
  judge(rest).map(({ kind, record, field }) => [kind, record, ...(field === null ? [] : [field])].join(' '));

const failure = (code: StoredFailure['code']): StoredFailure => ({
  code,
  system: 'Advoware',
  message: 'something is the matter',
  at: '2031-05-06T00:00:00.000Z',
  seen: {},
});

test('a couple that was made and edited as it should be gives no findings', () => {
  const rest = couple()
    .typed('master', 'm1', { titel: 'title E2' })
    .wrote('replica', '17', { titel: 'title E2' })
    .rest({ links: [link()], writes: [creation, write('replica', 'title', { newValue: 'title E2' })] });
  expect(found(rest)).toEqual([]);
});

describe('a lost edit is found', () => {
  const overwritten = () =>
    couple().typed('replica', '17', { titel: 'title E2' }).wrote('replica', '17', { titel: 'title E3' });
  const entry = (more: object) => write('replica', 'title', { newValue: 'title E3', ...more });

  test('when Tandem overwrites what somebody has typed and nobody knows of it', () => {
    const history = overwritten().typed('master', 'm1', { titel: 'title E3' });
    expect(found(history.rest({ links: [link()], writes: [creation, entry({})] }))).toEqual(['lost m1 title']);
  });

  test('when a cleared field is filled again with what was there before', () => {
    const history = couple()
      .typed('master', 'm1', { titel: 'title E2' })
      .wrote('replica', '17', { titel: 'title E2' })
      .typed('replica', '17', { titel: null })
      .wrote('replica', '17', { titel: 'title E2' });
    const writes = [creation, write('replica', 'title', { newValue: 'title E2' })];
    expect(found(history.rest({ links: [link()], writes }))).toEqual(['lost m1 title']);
  });

  test('but not when it stands in the ledger as the loser of a rule', () => {
    const history = overwritten().typed('master', 'm1', { titel: 'title E3' });
    const writes = [creation, entry({ losingValue: 'title E2', rule: 'both_changed_master_wins' })];
    expect(found(history.rest({ links: [link()], writes }))).toEqual([]);
  });

  test('and not when it had reached the other side before', () => {
    const history = couple()
      .typed('replica', '17', { titel: 'title E2' })
      .wrote('master', 'm1', { titel: 'title E2' })
      .typed('master', 'm1', { titel: 'title E3' })
      .wrote('replica', '17', { titel: 'title E3' });
    const writes = [creation, write('master', 'title', { newValue: 'title E2' }), entry({})];
    expect(found(history.rest({ links: [link()], writes }))).toEqual([]);
  });

  test('and not when somebody had typed something else into the same field meanwhile', () => {
    const history = couple()
      .typed('master', 'm1', { titel: 'title E2' })
      .typed('master', 'm1', { titel: 'title E3' })
      .wrote('replica', '17', { titel: 'title E3' });
    expect(found(history.rest({ links: [link()], writes: [creation, entry({})] }))).toEqual([]);
  });

  test('and not when people had put back what both sides agreed on', () => {
    const history = couple()
      .typed('master', 'm1', { titel: 'title E2' })
      .typed('master', 'm1', { titel: null })
      .typed('replica', '17', { titel: 'title E3' })
      .wrote('master', 'm1', { titel: 'title E3' });
    const writes = [creation, write('master', 'title', { newValue: 'title E3' })];
    expect(found(history.rest({ links: [link()], writes }))).toEqual([]);
  });
});

describe('a double is found', () => {
  test('when one person is in Advoware twice, under whatever name by now', () => {
    const history = couple().wrote('replica', '18', { name: 'Name R1 E9' });
    const links = [link(), link({ id: 2, masterId: null, replicaId: '18' })];
    const writes = [creation, write('replica', 'lastName', { linkId: 2, newValue: 'Name R1 E9' })];
    expect(found(history.rest({ links, writes }))).toEqual(['duplicated R1']);
  });

  test('when a record stands in two links', () => {
    const links = [link(), link({ id: 2, masterId: 'm2' })];
    expect(found(couple().rest({ links, writes: [creation] }))).toContain('duplicated replica:17');
  });
});

describe('what has not come to rest is found', () => {
  const unsettled = (more: Parameters<typeof link>[0]) =>
    found(couple().rest({ links: [link(more)], writes: [creation] }));

  test('a hint that nobody has dealt with', () => {
    const hints = [hint()];
    expect(found(couple().rest({ links: [link()], writes: [creation], hints }))).toEqual(['stuck m1']);
  });

  test('a record that waits for its next attempt, or was given up', () => {
    expect(unsettled({ nextAttemptAt: new Date(), failure: failure('unavailable') })).toEqual(['stuck m1']);
    expect(unsettled({ state: 'parked', failure: failure('record_failed') })).toEqual(['stuck m1']);
  });

  test('a lease that somebody still holds', () => {
    expect(unsettled({ leaseUntil: new Date(Date.UTC(2031, 4, 7)) })).toEqual(['stuck m1']);
    expect(unsettled({ leaseUntil: new Date(Date.UTC(2031, 4, 5)) })).toEqual([]);
  });

  test('a record that waits for a partner; a question about a deleted one is an end', () => {
    expect(unsettled({ state: 'new' })).toEqual(['stuck m1']);
    expect(unsettled({ state: 'parked', failure: failure('gone') })).toEqual([]);
  });
});

describe('a difference is found', () => {
  const differing = (fieldNotes: StoredLink['fieldNotes']) =>
    found(
      couple()
        .typed('master', 'm1', { kurzname: 'K E2', titel: 'title E3' })
        .rest({ links: [link({ fieldNotes })], writes: [creation] }),
    );

  test('in each field that is not the same on both sides', () => {
    expect(differing({})).toEqual(['different m1 title', 'different m1 shortName']);
  });

  test('also where the link says that Advoware did not take a field that it does take', () => {
    const note: FieldNote = { kind: 'not_taken', side: 'replica', since: '2031-05-06T00:00:00.000Z' };
    expect(differing({ shortName: note, title: note })).toEqual(['different m1 title']);
  });

  test('but not while somebody is still to look: then it is stuck, and nothing else can be said', () => {
    const hints = [hint()];
    const history = couple().typed('master', 'm1', { titel: 'title E3' });
    expect(found(history.rest({ links: [link()], writes: [creation], hints }))).toEqual(['stuck m1']);
  });

  test('and a record that Tandem does not know at all', () => {
    const history = couple().typed('replica', '18', { name: 'Name R2 E2' });
    expect(found(history.rest({ links: [link()], writes: [creation] }))).toEqual(['unlinked replica:18']);
  });
});

describe('deletions', () => {
  test('a deleted party that Tandem creates again is found', () => {
    const history = couple().deleted('replica', '17').wrote('replica', '18', { name: 'Name R1 E1' });
    const links = [link({ replicaId: '18' })];
    expect(found(history.rest({ links, writes: [creation] }))).toContain('came back replica:18');
  });

  test('a record that Tandem deletes unasked is found', () => {
    const history = couple().deleted('master', 'm1', 'tandem');
    const links = [link({ state: 'parked', failure: failure('gone') })];
    expect(found(history.rest({ links, writes: [creation] }))).toEqual(['deleted by us m1']);
  });
});

describe('an unexplained value is found', () => {
  test('when it has no entry in the ledger', () => {
    expect(found(couple().rest({ links: [link()] }))).toEqual(['unexplained m1 lastName']);
  });

  test('when it stands there and its entry says that it was never written', () => {
    const writes = [{ ...creation, state: 'dropped' as const }];
    expect(found(couple().rest({ links: [link()], writes }))).toEqual(['unexplained m1 lastName']);
  });

  test('but not when somebody overwrote it before anybody could see it', () => {
    const history = new HandMade()
      .typed('master', 'm1', { lastName: 'Name R1 E1' })
      .wrote('replica', '17', { name: 'Name R1 E1' })
      .typed('replica', '17', { name: 'Name R1 E2' })
      .wrote('master', 'm1', { lastName: 'Name R1 E2' });
    const back = write('master', 'lastName', { newValue: 'Name R1 E2' });
    const writes = [{ ...creation, state: 'dropped' as const }, back];
    expect(found(history.rest({ links: [link()], writes }))).toEqual([]);
  });
});
