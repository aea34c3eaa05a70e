import { describe, expect, test } from '@jest/globals';
import { asReplica, inMaster, inReplica, people } from '../test/support/people.ts';
import { agreedOn, bothSeen, inputOf, inShort, mergePlan, noBase, present } from '../test/support/planning.ts';
import type { RecentWrite } from './loop.ts';
import { attributesFor, type FieldWrite, type MergePlan, type PlanInput, type SeenRecord } from './plan.ts';
import { plan } from './planner.ts';
import type { DecidedConflict } from './resolution.ts';
import type { Base } from './snapshot.ts';
import type { Attributes, Side } from './values.ts';

/** Fields left out are empty on that side. */
const planned = (base: Base, master: Attributes, replica: Attributes, more: Partial<PlanInput> = {}): MergePlan =>
  mergePlan(inputOf({ base, seen: bothSeen(master, replica), ...more }));
const written = ({ writes }: MergePlan) => inShort(writes);

const meier = { surname: 'Meier', city: 'Hannover' };

describe('with a base', () => {
  test('nothing has changed: nothing is written', () => {
    expect(planned(agreedOn(meier), meier, meier)).toEqual({
      kind: 'merge',
      verdict: 'no_change',
      writes: [],
      stranded: [],
      open: [],
      waiting: [],
    });
  });

  test('only the master changed: its value goes to the replica', () => {
    const result = planned(agreedOn(meier), { ...meier, city: 'Celle' }, meier);
    expect(result.verdict).toBe('master_newer');
    expect(result.writes).toEqual([
      {
        field: 'city',
        side: 'replica',
        attribute: 'their_city',
        oldValue: 'Hannover',
        newValue: 'Celle',
        losingValue: null,
        rule: 'only_master_changed',
      },
    ]);
  });

  test('only the replica changed: its value goes to the master', () => {
    const result = planned(agreedOn(meier), meier, { ...meier, city: 'Celle' });
    expect(result.verdict).toBe('replica_newer');
    expect(written(result)).toEqual([['master', 'city', 'Celle', 'only_replica_changed']]);
  });

  test('different fields changed: both edits survive', () => {
    const result = planned(agreedOn(meier), { ...meier, surname: 'Maier' }, { ...meier, city: 'Celle' });
    expect(result.verdict).toBe('merged');
    expect(written(result)).toEqual([
      ['replica', 'surname', 'Maier', 'only_master_changed'],
      ['master', 'city', 'Celle', 'only_replica_changed'],
    ]);
  });

  test('the same field changed to different values: the master wins and the losing value is kept', () => {
    const result = planned(agreedOn(meier), { ...meier, city: 'Celle' }, { ...meier, city: 'Peine' });
    expect(result.verdict).toBe('conflict');
    expect(result.writes).toEqual([
      {
        field: 'city',
        side: 'replica',
        attribute: 'their_city',
        oldValue: 'Peine',
        newValue: 'Celle',
        losingValue: 'Peine',
        rule: 'both_changed_master_wins',
      },
    ]);
  });

  test('a group may belong to the replica: then it wins what both changed', () => {
    const base = agreedOn({ ...meier, nickname: 'M' });
    const result = planned(base, { ...meier, nickname: 'Mei' }, { ...meier, nickname: 'Mimi' });
    expect(written(result)).toEqual([['master', 'nickname', 'Mimi', 'both_changed_replica_wins']]);
  });

  test('two lists become one on both sides, and what either side had is kept', () => {
    const result = planned(agreedOn({ tags: 'a; b' }), { tags: 'a; c' }, { tags: 'a; b; d' });
    expect(result.writes).toMatchObject([
      { side: 'master', attribute: 'tags', newValue: 'a; c; d', losingValue: 'a; c', rule: 'combined' },
      { side: 'replica', attribute: 'their_tags', newValue: 'a; c; d', losingValue: 'a; b; d', rule: 'combined' },
    ]);
    expect(result.verdict).toBe('conflict');
  });

  test('without a value that both agreed on, nothing counts as removed from a list', () => {
    const base = { master: { tags: 'a; b' }, replica: { their_tags: 'a' } };
    expect(written(planned(base, { tags: 'a; c' }, { tags: 'd' }))).toEqual([
      ['master', 'tags', 'a; c; d', 'combined'],
      ['replica', 'tags', 'a; c; d', 'combined'],
    ]);
    const unknownInMaster = { master: {}, replica: { their_tags: 'a' } };
    expect(written(planned(unknownInMaster, { tags: 'a' }, { tags: 'b' }))).toEqual([
      ['replica', 'tags', 'a', 'first_sync_master_wins'],
    ]);
  });

  test('what may have been typed by somebody else than us is kept when it is written over, and only that', () => {
    const base = agreedOn({ city: 'Celle', surname: 'Meier' });
    const seen = bothSeen({ city: 'Peine', surname: 'Maier' }, { city: 'Celle', surname: 'Meier' });
    const losers = (presumed: Attributes) =>
      mergePlan(inputOf({ base, seen, presumed: { master: {}, replica: presumed } })).writes.map(
        ({ field, losingValue }) => [field, losingValue],
      );
    expect(losers({ their_city: 'Celle' })).toEqual([
      ['surname', null],
      ['city', 'Celle'],
    ]);
    // It has been written since.
    expect(losers({ their_city: 'Verden' })).toEqual([
      ['surname', null],
      ['city', null],
    ]);
  });

  test('both changed to the same value: nothing is written', () => {
    const celle = { ...meier, city: 'Celle' };
    expect(planned(agreedOn(meier), celle, celle)).toMatchObject({ verdict: 'no_change', writes: [] });
  });

  test('clearing a field is a change like any other', () => {
    const result = planned(agreedOn(meier), { ...meier, city: null }, meier);
    expect(written(result)).toEqual([['replica', 'city', null, 'only_master_changed']]);
  });

  test('a field that must not be empty is put back', () => {
    const result = planned(agreedOn(meier), meier, { ...meier, surname: '' });
    expect(written(result)).toEqual([['replica', 'surname', 'Meier', 'required']]);
  });

  test('a change against the direction is put back and the value is kept in the ledger', () => {
    const owned = { ...meier, account: '17' };
    expect(planned(agreedOn(owned), { ...meier, account: '18' }, owned).writes).toMatchObject([
      { side: 'master', newValue: '17', losingValue: '18', rule: 'against_direction' },
    ]);
  });

  test("a field that the replica does not take is reported, not written, and the master's edit is not reverted", () => {
    const result = planned(agreedOn({ ...meier, rank: 'A' }), { ...meier, rank: 'B' }, { ...meier, rank: 'A' });
    expect(result).toEqual({
      kind: 'merge',
      verdict: 'master_newer',
      writes: [],
      stranded: [{ field: 'rank', side: 'replica' }],
      open: [],
      waiting: [],
    });
  });

  test('an edit of that field on the side that does not take it reaches the other one', () => {
    const result = planned(agreedOn({ ...meier, rank: 'A' }), { ...meier, rank: 'A' }, { ...meier, rank: 'B' });
    expect(written(result)).toEqual([['master', 'rank', 'B', 'only_replica_changed']]);
    expect(result.stranded).toEqual([]);
  });

  test('two sides that hold different values since the last agreement are left alone', () => {
    const base: Base = {
      master: { ...agreedOn({}).master, city: 'Bad Münder am Deister' },
      replica: { ...agreedOn({}).replica, their_city: 'Bad Mü' },
    };
    const result = planned(base, { city: 'Bad Münder am Deister' }, { city: 'Bad Mü' });
    expect(result).toMatchObject({ verdict: 'no_change', writes: [] });
  });

  test('one edit after that goes over as ever; what it overwrites was never on the other side and is kept', () => {
    const base: Base = {
      master: { ...agreedOn({}).master, city: 'Bad Münder am Deister' },
      replica: { ...agreedOn({}).replica, their_city: 'Bad Mü' },
    };
    const result = planned(base, { city: 'Springe' }, { city: 'Bad Mü' });
    expect(result).toMatchObject({
      verdict: 'master_newer',
      writes: [{ side: 'replica', newValue: 'Springe', losingValue: 'Bad Mü', rule: 'only_master_changed' }],
    });
  });

  test('forms of the same value are equal: white space, Unicode, midnight, words of a choice', () => {
    const base = agreedOn({ surname: 'Müller', born: '2001-01-05', salutation: 'Ms.' });
    const master = { surname: 'Müller', born: '2001-01-05', salutation: 'Mrs.' };
    const replica = { surname: ' Mu\u0308ller ', born: '2001-01-05T00:00:00', salutation: 'Frau' };
    expect(planned(base, master, replica)).toMatchObject({ verdict: 'no_change', writes: [] });
  });

  test('a value is written in the words of the side that gets it, over what that side showed', () => {
    const base = agreedOn({ born: '2001-01-05' });
    expect(planned(base, { born: '1980-02-29' }, { born: '2001-01-05T00:00:00' }).writes).toMatchObject([
      { attribute: 'their_born', oldValue: '2001-01-05T00:00:00', newValue: '1980-02-29T00:00:00' },
    ]);
    expect(planned(base, { born: '2001-01-05' }, { born: '1980-02-29T00:00:00' }).writes).toMatchObject([
      { attribute: 'born', oldValue: '2001-01-05', newValue: '1980-02-29' },
    ]);
  });

  test('an attribute that a system leaves out is empty, and what overwrites it says so', () => {
    expect(planned(agreedOn({ city: 'Hannover' }), { city: 'Celle' }, {}).writes).toMatchObject([
      { side: 'replica', oldValue: null, losingValue: null, newValue: 'Celle', rule: 'both_changed_master_wins' },
    ]);
  });

  test('a field that is new in the mapper is a first sync of that field only', () => {
    const { city: _city, ...withoutCity } = agreedOn(meier).master;
    const base = { master: withoutCity, replica: asReplica(withoutCity) };
    const result = planned(base, { surname: 'Meier', city: 'Celle' }, { surname: 'Maier', city: 'Peine' });
    expect(written(result)).toEqual([
      ['master', 'surname', 'Maier', 'only_replica_changed'],
      ['replica', 'city', 'Celle', 'first_sync_master_wins'],
    ]);
  });
});

describe('without a base', () => {
  const remembered = { replicaVersion: 'row-1', lastSync: '2026-11-20T10:00:00.000Z' };
  const at = (master: Partial<SeenRecord>, replica: Partial<SeenRecord>) =>
    mergePlan(
      inputOf({
        remembered,
        seen: {
          master: present({ ...inMaster({ city: 'Celle' }), ...master }),
          replica: present({ ...inReplica({ city: 'Peine' }), ...replica }),
        },
      }),
    );
  const later = { modifiedAt: '2026-11-20T11:00:00.000Z', modifiedByUs: false };
  const ruleOf = ({ writes }: MergePlan) => writes.map(({ side, rule }) => [side, rule]);

  test('another rowId: the replica changed', () => {
    expect(ruleOf(at({}, { version: 'row-2' }))).toEqual([['master', 'only_replica_changed']]);
  });

  test('what is overwritten without a base may have been on that side only: it is kept', () => {
    expect(at({}, { version: 'row-2' }).writes).toMatchObject([{ side: 'master', losingValue: 'Celle' }]);
  });

  test('the same rowId and a later edit by somebody else: the master changed', () => {
    expect(ruleOf(at(later, { version: 'row-1' }))).toEqual([['replica', 'only_master_changed']]);
  });

  test('both moved: a conflict that the master wins', () => {
    const result = at(later, { version: 'row-2' });
    expect(result).toMatchObject({ verdict: 'conflict', writes: [{ losingValue: 'Peine' }] });
  });

  test("our own status write bumped the master's time: that is no edit", () => {
    expect(ruleOf(at({ ...later, modifiedByUs: true }, { version: 'row-2' }))).toEqual([
      ['master', 'only_replica_changed'],
    ]);
  });

  test('without a version the replica is judged by its time', () => {
    const result = at({}, { version: null, modifiedAt: '2026-11-20T11:00:00.000Z' });
    expect(ruleOf(result)).toEqual([['master', 'only_replica_changed']]);
  });

  test('nothing explains the difference: a first sync', () => {
    expect(ruleOf(at({}, { version: 'row-1' }))).toEqual([['replica', 'first_sync_master_wins']]);
  });

  test('what the master remembers has no say where the base knows the field', () => {
    const base = { master: { city: 'Hannover' }, replica: { their_city: 'Peine' } };
    const seen = {
      master: present(inMaster({ city: 'Celle' })),
      replica: present({ ...inReplica({ city: 'Peine' }), version: 'row-2' }),
    };
    expect(ruleOf(mergePlan(inputOf({ base, seen, remembered })))).toEqual([['replica', 'only_master_changed']]);
  });

  test('it has its say where only one side has a snapshot of the field', () => {
    const seen = {
      master: present(inMaster({ city: 'Celle' })),
      replica: present({ ...inReplica({ city: 'Peine' }), version: 'row-2' }),
    };
    for (const base of [
      { ...noBase, master: { city: 'Hannover' } },
      { ...noBase, replica: { their_city: 'Hannover' } },
    ]) {
      expect(ruleOf(mergePlan(inputOf({ base, seen, remembered })))).toEqual([['master', 'only_replica_changed']]);
    }
  });

  test('an empty field may never have been filled: it is, even on the side that moved', () => {
    const seen = {
      master: present({ ...inMaster({ nickname: 'M' }), ...later }),
      replica: present({ ...inReplica({ mood: 'glad' }), version: 'row-2' }),
    };
    for (const moved of [remembered, { ...remembered, lastSync: null }]) {
      expect(inShort(mergePlan(inputOf({ seen, remembered: moved })).writes)).toEqual([
        ['replica', 'nickname', 'M', 'first_sync_fill'],
        ['master', 'mood', 'glad', 'first_sync_fill'],
      ]);
    }
  });

  test('two records that meet for the first time fill each other; differing values follow the policy', () => {
    const result = planned(noBase, { surname: 'Meier', city: 'Celle' }, { surname: 'Maier', nickname: 'M' });
    expect(written(result)).toEqual([
      ['replica', 'surname', 'Meier', 'first_sync_master_wins'],
      ['replica', 'city', 'Celle', 'first_sync_fill'],
      ['master', 'nickname', 'M', 'first_sync_fill'],
    ]);
    expect(result.verdict).toBe('conflict');
  });
});

describe('the newest wins, by the times at which a person modified the records', () => {
  const at = (master: Partial<SeenRecord>, replica: Partial<SeenRecord>) =>
    mergePlan(
      inputOf({
        base: agreedOn({ mood: 'calm' }),
        seen: {
          master: present({ ...inMaster({ mood: 'happy' }), ...master }),
          replica: present({ ...inReplica({ mood: 'sad' }), ...replica }),
        },
      }),
    ).writes.map(({ side, rule }) => [side, rule]);
  const early = { modifiedAt: '2026-11-20T10:00:00.000Z', modifiedByUs: false };
  const late = { modifiedAt: '2026-11-20T10:00:06.000Z', modifiedByUs: false };

  test('whichever side that is', () => {
    expect(at(early, late)).toEqual([['master', 'newest_replica_wins']]);
    expect(at(late, early)).toEqual([['replica', 'newest_master_wins']]);
    expect(at(early, early)).toEqual([['replica', 'newest_tie_master_wins']]);
  });

  test('also if a system does not tell who the last author was', () => {
    expect(at(early, { ...late, modifiedByUs: null })).toEqual([['master', 'newest_replica_wins']]);
  });

  test('not by a time that our own write has moved, that is missing, or that is none', () => {
    for (const unusable of [{ modifiedByUs: true }, { modifiedAt: null }, { modifiedAt: 'yesterday' }]) {
      expect(at(early, { ...late, ...unusable })).toEqual([['replica', 'newest_time_unknown_master_wins']]);
      expect(at({ ...early, ...unusable }, late)).toEqual([['replica', 'newest_time_unknown_master_wins']]);
    }
  });
});

describe('a field that a person decides', () => {
  const base = agreedOn({ ...meier, vow: 'old' });
  const [master, replica] = [
    { ...meier, vow: 'left', city: 'Celle' },
    { ...meier, vow: ' right ' },
  ];
  const shown = { master: 'left', replica: 'right' };
  const decidedAs = (resolution: DecidedConflict['resolution'], values = shown) =>
    planned(base, master, replica, { decided: { vow: { resolution, shown: values } } });

  test('is open until then; everything else is carried over', () => {
    const result = planned(base, master, replica);
    expect(written(result)).toEqual([['replica', 'city', 'Celle', 'only_master_changed']]);
    expect(result.open).toEqual([
      { field: 'vow', values: { master: 'left', replica: ' right ' }, base: { master: 'old', replica: 'old' } },
    ]);
    expect(result.verdict).toBe('conflict');
  });

  test('shows nothing as its base where there is none', () => {
    const pair = { ...people, firstSync: people.groups['asked']! };
    const result = planned(noBase, { vow: 'left' }, { vow: 'right' }, { pair });
    expect(result.open).toEqual([
      { field: 'vow', values: { master: 'left', replica: 'right' }, base: { master: null, replica: null } },
    ]);
  });

  test('gets the side that was chosen, and the other value is kept', () => {
    expect(decidedAs({ kind: 'take', side: 'master' })).toMatchObject({
      writes: [
        { field: 'city' },
        { field: 'vow', side: 'replica', newValue: 'left', losingValue: ' right ', rule: 'decided_master' },
      ],
      open: [],
      verdict: 'master_newer',
    });
    expect(decidedAs({ kind: 'take', side: 'replica' })).toMatchObject({
      writes: [
        { field: 'city' },
        { field: 'vow', side: 'master', newValue: 'right', losingValue: 'left', rule: 'decided_replica' },
      ],
      open: [],
      verdict: 'merged',
    });
  });

  test('gets a value of their own on both sides', () => {
    const result = decidedAs({ kind: 'value', value: 'middle' });
    expect(result.writes).toMatchObject([
      { field: 'city' },
      { side: 'master', newValue: 'middle', losingValue: 'left', rule: 'decided_value' },
      { side: 'replica', newValue: 'middle', losingValue: ' right ', rule: 'decided_value' },
    ]);
  });

  test.each<[Side, Partial<typeof shown>]>([
    ['master', { master: 'another' }],
    ['replica', { replica: 'another' }],
  ])('is open again if the value of the %s has moved since', (_side, moved) => {
    const result = decidedAs({ kind: 'take', side: 'master' }, { ...shown, ...moved });
    expect(result.open).toMatchObject([{ field: 'vow' }]);
  });
});

describe('a field that goes back and forth', () => {
  const before = (returns: number): RecentWrite[] =>
    Array.from({ length: returns }, (_, index) => ({
      field: 'city',
      side: index % 2 === 0 ? 'master' : 'replica',
      newValue: String(index),
    }));
  const edited = (recentWrites: readonly RecentWrite[]) =>
    plan(
      inputOf({
        base: agreedOn(meier),
        seen: bothSeen({ ...meier, city: 'Celle', mood: 'glad' }, meier),
        recentWrites,
      }),
    );

  test('is written as often as the limit allows, then nothing of the record is, and a person is asked', () => {
    const { returns } = people.loop;
    expect(edited(before(returns))).toMatchObject({ kind: 'merge', writes: [{ field: 'city' }, { field: 'mood' }] });
    expect(edited(before(returns + 2))).toEqual({
      kind: 'ask',
      question: { code: 'loop', side: 'master', ids: [], fields: ['city'] },
    });
  });

  test('stops nothing if it is not to be written now', () => {
    expect(
      plan(inputOf({ base: agreedOn(meier), seen: bothSeen(meier, meier), recentWrites: before(20) })),
    ).toMatchObject({ kind: 'merge', verdict: 'no_change' });
  });
});

test("the attributes for one side are that side's writes only", () => {
  const write = (side: Side, attribute: string, newValue: string): FieldWrite => ({
    field: attribute,
    side,
    attribute,
    oldValue: null,
    newValue,
    losingValue: null,
    rule: 'created',
  });
  const writes = [write('master', 'a', '1'), write('replica', 'b', '2'), write('master', 'c', '3')];
  expect([attributesFor('master', writes), attributesFor('replica', writes)]).toEqual([{ a: '1', c: '3' }, { b: '2' }]);
});
