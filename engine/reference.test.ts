import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holdsAlways } from '../test/support/property.ts';
import { members } from '../test/support/teams.ts';
import { attributesFor, type Plan, type PlanInput, type SeenRecord, withoutPast } from './plan.ts';
import { plan } from './planner.ts';
import { idText, markOf, targetOfMark, type UnlinkedTarget } from './reference.ts';
import type { Attributes, Side } from './values.ts';

const unlinked: UnlinkedTarget = { pair: 'teams', side: 'master', id: '102877', why: 'unlinked' };
const mark = markOf(unlinked);

const record = (attributes: Attributes): SeenRecord => ({
  id: '1',
  version: '1',
  attributes,
  modifiedAt: null,
  modifiedByUs: null,
});
const asReplica = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`their_${name}`, value]));

const nothingElse = {
  ...withoutPast,
  pair: members,
};
const all: Attributes = { surname: 'Meier', city: null, stamp: null, to_team: '1', to_guest: null, to_home: null };
const agreed: Attributes = { ...all, to_mentor: null };

function merged(base: { master?: Attributes; replica?: Attributes }, master: Attributes, replica: Attributes): Plan {
  const input: PlanInput = {
    ...nothingElse,
    base: { master: { ...agreed, ...base.master }, replica: asReplica({ ...agreed, ...base.replica }) },
    seen: {
      master: { kind: 'present', record: record({ ...agreed, ...master }) },
      replica: { kind: 'present', record: record(asReplica({ ...agreed, ...replica })) },
    },
  };
  return plan(input);
}

function created(side: Side, existing: Attributes): Plan {
  const missing = { kind: 'unknown', candidates: [] } as const;
  const attributes = { ...agreed, ...existing };
  return plan({
    ...nothingElse,
    base: { master: {}, replica: {} },
    seen:
      side === 'replica'
        ? { master: { kind: 'present', record: record(attributes) }, replica: missing }
        : { master: missing, replica: { kind: 'present', record: record(asReplica(attributes)) } },
  });
}

describe('a mark', () => {
  test('says which record is meant, whatever its id looks like', () => {
    const target = fc.record({
      pair: fc.constantFrom('teams', 'task_lists'),
      side: fc.constantFrom<Side>('master', 'replica'),
      id: fc.string({ minLength: 1 }),
      why: fc.constantFrom<UnlinkedTarget['why']>('unlinked', 'parted'),
    });
    holdsAlways(
      fc.property(target, (given) => {
        expect(targetOfMark(markOf(given))).toEqual(given);
      }),
    );
  });

  test('is no couple, and a couple is no mark', () => {
    expect(targetOfMark('17')).toBeNull();
    expect(targetOfMark(null)).toBeNull();
  });

  test('an id is text, and an empty one is none', () => {
    expect([17, ' 17 ', '', ' ', null, true].map((raw) => idText(raw))).toEqual(['17', '17', null, null, null, null]);
  });
});

describe('a field that points to a record which is no couple', () => {
  test('is left alone on both sides and noted, and the others go', () => {
    const planned = merged({}, { to_mentor: mark, city: 'Celle' }, {});
    expect(planned).toMatchObject({
      kind: 'merge',
      verdict: 'master_newer',
      writes: [{ field: 'city', side: 'replica', newValue: 'Celle' }],
      waiting: [{ field: 'to_mentor', side: 'master', target: unlinked }],
    });
  });

  test('goes as soon as it is one', () => {
    expect(merged({ master: { to_mentor: mark } }, { to_mentor: '17' }, {})).toMatchObject({
      writes: [{ field: 'to_mentor', side: 'replica', newValue: '17', rule: 'only_master_changed' }],
      waiting: [],
    });
  });

  test('still waits when nobody has moved', () => {
    expect(merged({ master: { to_mentor: mark } }, { to_mentor: mark }, {})).toMatchObject({
      verdict: 'no_change',
      writes: [],
      waiting: [{ field: 'to_mentor', side: 'master' }],
    });
  });

  test('is written over where the other side wins with a couple', () => {
    const parted = markOf({ ...unlinked, why: 'parted' });
    const planned = merged(
      { master: { to_home: '3' }, replica: { to_home: '3' } },
      { to_home: '4' },
      { to_home: parted },
    );
    expect(planned).toMatchObject({ writes: [{ field: 'to_home', side: 'replica', newValue: '4' }], waiting: [] });
  });

  test('is nothing to wait for where both name the same parted couple', () => {
    const parted = markOf({ ...unlinked, why: 'parted' });
    const planned = merged(
      { master: { to_guest: '3' }, replica: { to_guest: '3' } },
      { to_guest: parted },
      { to_guest: parted },
    );
    expect(planned).toMatchObject({ verdict: 'no_change', writes: [], waiting: [] });
  });

  test('may be cleared like any other', () => {
    const planned = merged({ master: { to_mentor: mark } }, { to_mentor: null }, {});
    expect(planned).toMatchObject({ writes: [], waiting: [] });
    const linked = merged(
      { master: { to_mentor: '3' }, replica: { to_mentor: '3' } },
      { to_mentor: null },
      { to_mentor: '3' },
    );
    expect(linked).toMatchObject({ writes: [{ field: 'to_mentor', side: 'replica', newValue: null }] });
  });

  test('is never written, whatever else is the case', () => {
    const value = fc.constantFrom(
      null,
      '3',
      '4',
      mark,
      markOf({ ...unlinked, side: 'replica', id: '5', why: 'parted' }),
    );
    const fields = fc.record({ to_team: value, to_guest: value, to_home: value, to_mentor: value });
    holdsAlways(
      fc.property(fields, fields, fields, fields, (baseMaster, baseReplica, master, replica) => {
        const planned = merged({ master: baseMaster, replica: baseReplica }, master, replica);
        if (planned.kind !== 'merge') return;
        for (const { newValue } of planned.writes) expect(targetOfMark(newValue as string | null)).toBeNull();
      }),
    );
  });
});

describe('a record that is to be created', () => {
  test('goes without a reference that may follow later', () => {
    const planned = created('replica', { to_mentor: mark });
    expect(planned).toMatchObject({
      kind: 'create',
      waiting: [{ field: 'to_mentor', side: 'master', target: unlinked }],
    });
    if (planned.kind === 'create')
      expect(attributesFor('replica', planned.writes)).not.toHaveProperty('their_to_mentor');
  });

  test('waits for one that is required', () => {
    expect(created('replica', { to_team: mark })).toEqual({
      kind: 'wait',
      waiting: [{ field: 'to_team', side: 'master', target: unlinked }],
    });
  });

  test('waits for one that the new side would take only now', () => {
    const own = { ...unlinked, side: 'replica' } as const;
    expect(created('master', { to_home: markOf(own) })).toMatchObject({
      kind: 'wait',
      waiting: [{ field: 'to_home' }],
    });
    expect(created('replica', { to_home: mark })).toMatchObject({ kind: 'create' });
  });
});

test('a reference whose target was parted is no edit that would save a record from being deleted', () => {
  const { deletion } = members;
  const pair = {
    ...members,
    deletion: { ...deletion, of: { master: { kind: 'delete' }, replica: { kind: 'delete' } } },
  } as const;
  const base = { ...agreed, to_guest: '3' };
  const parted = markOf({ ...unlinked, why: 'parted' });
  const planned = plan({
    ...nothingElse,
    pair,
    base: { master: base, replica: asReplica(base) },
    seen: {
      master: { kind: 'gone', id: '1', proven: true },
      replica: { kind: 'present', record: record(asReplica({ ...base, to_guest: parted })) },
    },
  });
  expect(planned).toMatchObject({ kind: 'remove', side: 'replica' });
});
