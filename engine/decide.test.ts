import { describe, expect, test } from '@jest/globals';
import { people } from '../test/support/people.ts';
import { decideField, decisionTable, type FieldDecision, type FieldView } from './decide.ts';
import type { MappedField } from './pair.ts';
import {
  askPerson,
  combined,
  type Contested,
  masterWins,
  newestWins,
  type Policy,
  replicaWins,
  unionOf,
} from './policy.ts';
import type { FieldState } from './snapshot.ts';
import type { Canonical, PerSide, Side } from './values.ts';

const city = people.fields.find(({ name }) => name === 'city')!;
const states: readonly FieldState[] = ['unchanged', 'changed', 'unknown'];
const both = (state: FieldState): PerSide<FieldState> => ({ master: state, replica: state });
const two = (master: Canonical, replica: Canonical): PerSide<Canonical> => ({ master, replica });

interface Rules {
  readonly policy?: Policy;
  readonly firstSync?: Policy;
  readonly field?: Partial<MappedField>;
}

/** Celle in the master, Peine in the replica, Hannover before: contested, but for what is given. */
function decided({ policy = masterWins, firstSync = masterWins, field = {} }: Rules, view: Partial<FieldView> = {}) {
  const pair = { ...people, groups: { ...people.groups, all: policy }, firstSync };
  return decideField(
    pair,
    { ...city, ...field },
    {
      values: two('Celle', 'Peine'),
      states: both('changed'),
      base: 'Hannover',
      resolution: null,
      modifiedAtMs: { master: null, replica: null },
      ...view,
    },
  );
}

const inShort = (decision: FieldDecision) =>
  decision.kind === 'settled' ? [decision.value, decision.from, decision.rule] : decision.kind;

test('rows are the master, columns the replica', () => {
  expect(decisionTable).toEqual({
    unchanged: { unchanged: 'keep', changed: 'take_replica', unknown: 'first_sync' },
    changed: { unchanged: 'take_master', changed: 'contested', unknown: 'first_sync' },
    unknown: { unchanged: 'first_sync', changed: 'first_sync', unknown: 'first_sync' },
  });
});

describe('two sides that hold the same are agreed, whatever their past', () => {
  test.each(states.flatMap((master) => states.map((replica) => ({ master, replica }))))(
    'master $master, replica $replica',
    (past) => {
      expect(decided({ policy: askPerson }, { values: two('Celle', 'Celle'), states: past })).toEqual({
        kind: 'agreed',
        field: city,
      });
    },
  );
});

test('a difference that was there when both sides last agreed is kept', () => {
  expect(decided({}, { states: both('unchanged') })).toEqual({ kind: 'kept', field: city });
});

describe('only one side moved: it wins, whoever would win a contest', () => {
  test.each([masterWins, replicaWins, askPerson, newestWins(), unionOf(';')])('$kind', (policy) => {
    const onlyMaster = decided({ policy }, { states: { master: 'changed', replica: 'unchanged' } });
    const onlyReplica = decided({ policy }, { states: { master: 'unchanged', replica: 'changed' } });
    expect(onlyMaster).toEqual({
      kind: 'settled',
      field: city,
      value: 'Celle',
      from: 'master',
      rule: 'only_master_changed',
    });
    expect(inShort(onlyReplica)).toEqual(['Peine', 'replica', 'only_replica_changed']);
  });
});

describe('both sides moved: the policy of the group decides', () => {
  test('the master', () => {
    expect(inShort(decided({ policy: masterWins }))).toEqual(['Celle', 'master', 'both_changed_master_wins']);
  });

  test('the replica', () => {
    expect(inShort(decided({ policy: replicaWins }))).toEqual(['Peine', 'replica', 'both_changed_replica_wins']);
  });

  test('a person: nothing is written until then', () => {
    expect(decided({ policy: askPerson })).toEqual({ kind: 'open', field: city });
  });

  test('a group without a policy belongs to the master', () => {
    expect(inShort(decided({ policy: replicaWins, field: { group: 'nobody' } }))).toEqual([
      'Celle',
      'master',
      'both_changed_master_wins',
    ]);
  });

  test('the policy of the first sync has no say', () => {
    expect(inShort(decided({ firstSync: replicaWins }))).toEqual(['Celle', 'master', 'both_changed_master_wins']);
  });
});

describe('the newest wins', () => {
  const newest = (master: number | null, replica: number | null, toleranceMs = 5_000) =>
    inShort(decided({ policy: newestWins({ toleranceMs }) }, { modifiedAtMs: { master, replica } }));
  const at = 1_000_000;

  test('outside the tolerance the side that was modified later', () => {
    expect(newest(at + 5_001, at)).toEqual(['Celle', 'master', 'newest_master_wins']);
    expect(newest(at, at + 5_001)).toEqual(['Peine', 'replica', 'newest_replica_wins']);
  });

  test.each([-5_000, -1, 0, 1, 5_000])('within it the master: %d ms', (aheadMs) => {
    expect(newest(at + aheadMs, at)).toEqual(['Celle', 'master', 'newest_tie_master_wins']);
  });

  test('without any tolerance a millisecond decides, and the master wins only at the same one', () => {
    expect(newest(at, at + 1, 0)).toEqual(['Peine', 'replica', 'newest_replica_wins']);
    expect(newest(at, at, 0)).toEqual(['Celle', 'master', 'newest_tie_master_wins']);
  });

  test.each([
    [null, at],
    [at, null],
    [null, null],
  ])('if a time is not known (master %s, replica %s) the master', (master, replica) => {
    expect(newest(master, replica)).toEqual(['Celle', 'master', 'newest_time_unknown_master_wins']);
  });

  test('the first millisecond of 1970 is a time like any other', () => {
    expect(newest(0, 10_000)).toEqual(['Peine', 'replica', 'newest_replica_wins']);
  });
});

describe('both values become one', () => {
  const asked: Contested[] = [];
  const noted = (made: Canonical) =>
    combined('noted', (contested) => {
      asked.push(contested);
      return made;
    });

  test('the function sees both values and what they came from', () => {
    asked.length = 0;
    expect(inShort(decided({ policy: noted('both') }))).toEqual(['both', null, 'combined']);
    inShort(decided({ policy: noted('both') }, { base: undefined }));
    const values = two('Celle', 'Peine');
    expect(asked).toEqual([
      { base: 'Hannover', values },
      { base: undefined, values },
    ]);
  });

  test('what it makes is brought into the canonical form', () => {
    expect(inShort(decided({ policy: noted('  Celle ') }))).toEqual(['Celle', null, 'combined']);
    const salutation = people.fields.find(({ name }) => name === 'salutation')!;
    expect(inShort(decided({ policy: noted('FRAU'), field: { codec: salutation.codec } }))).toEqual([
      'Frau',
      null,
      'combined',
    ]);
  });

  test('it may make one of the two', () => {
    expect(inShort(decided({ policy: noted('Peine') }))).toEqual(['Peine', null, 'combined']);
  });
});

describe('no common past', () => {
  const first = { states: both('unknown'), base: undefined };

  test.each(states)('one side unknown and the other %s is a first sync', (state) => {
    for (const past of [
      { master: state, replica: 'unknown' },
      { master: 'unknown', replica: state },
    ] as const) {
      expect(inShort(decided({ policy: replicaWins }, { ...first, states: past }))).toEqual([
        'Celle',
        'master',
        'first_sync_master_wins',
      ]);
    }
  });

  test.each([masterWins, replicaWins, askPerson, unionOf(';')])('an empty side is filled: $kind', (firstSync) => {
    expect(inShort(decided({ firstSync }, { ...first, values: two(null, 'Peine') }))).toEqual([
      'Peine',
      'replica',
      'first_sync_fill',
    ]);
    expect(inShort(decided({ firstSync }, { ...first, values: two('Celle', null) }))).toEqual([
      'Celle',
      'master',
      'first_sync_fill',
    ]);
  });

  test('if both have a value, the policy of the first sync decides', () => {
    const modifiedAtMs = { master: 0, replica: 60_000 };
    expect(inShort(decided({ firstSync: masterWins }, first))).toEqual(['Celle', 'master', 'first_sync_master_wins']);
    expect(inShort(decided({ firstSync: replicaWins }, first))).toEqual([
      'Peine',
      'replica',
      'first_sync_replica_wins',
    ]);
    expect(inShort(decided({ firstSync: newestWins() }, { ...first, modifiedAtMs }))).toEqual([
      'Peine',
      'replica',
      'newest_replica_wins',
    ]);
    expect(inShort(decided({ firstSync: unionOf(';') }, first))).toEqual(['Celle; Peine', null, 'combined']);
    expect(inShort(decided({ firstSync: askPerson }, first))).toBe('open');
  });
});

describe('a field with an owner', () => {
  const owned = (direction: MappedField['direction'], view: Partial<FieldView> = {}, rules: Rules = {}) =>
    inShort(decided({ ...rules, field: { direction } }, view));
  const only = (side: Side): Partial<FieldView> => ({ states: { ...both('unchanged'), [side]: 'changed' } });

  test("the owner's change goes over", () => {
    expect(owned('toReplica', only('master'))).toEqual(['Celle', 'master', 'only_master_changed']);
    expect(owned('toMaster', only('replica'))).toEqual(['Peine', 'replica', 'only_replica_changed']);
  });

  test("the other side's change is put back", () => {
    expect(owned('toReplica', only('replica'))).toEqual(['Celle', 'master', 'against_direction']);
    expect(owned('toMaster', only('master'))).toEqual(['Peine', 'replica', 'against_direction']);
  });

  test.each([masterWins, replicaWins, askPerson, newestWins(), unionOf(';')])(
    'both changed it: the owner wins and nobody is asked, though the group says $kind',
    (policy) => {
      expect(owned('toReplica', {}, { policy })).toEqual(['Celle', 'master', 'both_changed_master_wins']);
      expect(owned('toMaster', {}, { policy })).toEqual(['Peine', 'replica', 'both_changed_replica_wins']);
    },
  );

  test('in a first sync too', () => {
    const first = { states: both('unknown'), base: undefined };
    expect(owned('toReplica', first, { firstSync: replicaWins })).toEqual([
      'Celle',
      'master',
      'first_sync_master_wins',
    ]);
    expect(owned('toMaster', first, { firstSync: askPerson })).toEqual(['Peine', 'replica', 'first_sync_replica_wins']);
  });

  test("an owner's empty value is one too: it is not filled from the other side", () => {
    const first = { states: both('unknown'), base: undefined };
    expect(owned('toReplica', { ...first, values: two(null, 'Peine') })).toEqual([null, 'master', 'against_direction']);
    expect(owned('toMaster', { ...first, values: two('Celle', null) })).toEqual([null, 'replica', 'against_direction']);
  });

  test("a person can't give the field to the side that does not own it, nor a value of their own", () => {
    expect(owned('toReplica', { resolution: { kind: 'take', side: 'replica' } })).toEqual([
      'Celle',
      'master',
      'against_direction',
    ]);
    expect(owned('toMaster', { resolution: { kind: 'value', value: 'Ulm' } })).toEqual([
      'Peine',
      'replica',
      'against_direction',
    ]);
    expect(owned('toMaster', { resolution: { kind: 'take', side: 'replica' } })).toEqual([
      'Peine',
      'replica',
      'decided_replica',
    ]);
  });
});

describe('a field that must not be empty', () => {
  const required = (view: Partial<FieldView>, rules: Rules = {}) =>
    inShort(decided({ ...rules, field: { ...rules.field, required: true } }, view));

  test('a side that was emptied gets its value back', () => {
    const masterEmptied = {
      values: two(null, 'Peine'),
      states: { master: 'changed', replica: 'unchanged' },
    } as const;
    const replicaEmptied = {
      values: two('Celle', null),
      states: { master: 'unchanged', replica: 'changed' },
    } as const;
    expect(required(masterEmptied)).toEqual(['Peine', 'replica', 'required']);
    expect(required(replicaEmptied)).toEqual(['Celle', 'master', 'required']);
  });

  test('also if the empty side would win the contest, or owns the field', () => {
    const values = two(null, 'Peine');
    expect(required({ values })).toEqual(['Peine', 'replica', 'required']);
    expect(required({ values }, { field: { direction: 'toReplica' } })).toEqual(['Peine', 'replica', 'required']);
  });

  test('also if two values were combined to nothing: the master stays', () => {
    const policy = combined('nothing', () => null);
    expect(required({}, { policy })).toEqual(['Celle', 'master', 'required']);
  });

  test('also if a person wished it empty', () => {
    expect(required({ resolution: { kind: 'value', value: ' ' } })).toEqual(['Celle', 'master', 'required']);
  });

  test('a value may win as ever, and another field may be emptied', () => {
    expect(required({ values: two('Celle', null) })).toEqual(['Celle', 'master', 'both_changed_master_wins']);
    expect(inShort(decided({}, { values: two(null, 'Peine') }))).toEqual([null, 'master', 'both_changed_master_wins']);
  });
});

describe('a person has decided', () => {
  test('which side stays, against the policy and without one', () => {
    for (const policy of [askPerson, masterWins]) {
      expect(inShort(decided({ policy }, { resolution: { kind: 'take', side: 'replica' } }))).toEqual([
        'Peine',
        'replica',
        'decided_replica',
      ]);
    }
    expect(inShort(decided({ policy: askPerson }, { resolution: { kind: 'take', side: 'master' } }))).toEqual([
      'Celle',
      'master',
      'decided_master',
    ]);
  });

  test("a value of their own, in the master's words", () => {
    const salutation = people.fields.find(({ name }) => name === 'salutation')!;
    const choice = decided(
      { policy: askPerson, field: { codec: salutation.codec } },
      { resolution: { kind: 'value', value: 'Mrs.' }, values: two('Dr.', 'Herr') },
    );
    expect(inShort(choice)).toEqual(['Frau', null, 'decided_value']);
  });

  test('a difference of a first sync too', () => {
    const view = { states: both('unknown'), base: undefined, resolution: { kind: 'take', side: 'replica' } } as const;
    expect(inShort(decided({ firstSync: askPerson }, view))).toEqual(['Peine', 'replica', 'decided_replica']);
  });
});

test('a decision that was half carried out is finished, though nobody has moved since', () => {
  const half = {
    states: both('unchanged'),
    values: two('Celle', 'Ulm'),
    resolution: { kind: 'value', value: 'Ulm' },
  } as const;
  expect(inShort(decided({ policy: askPerson }, half))).toEqual(['Ulm', null, 'decided_value']);
});
