import { describe, expect, test } from '@jest/globals';
import { asReplica, inMaster, inReplica, people } from '../test/support/people.ts';
import { type Plan, plan, type Seen, type SeenRecord } from './plan.ts';
import type { RememberedSync } from './remembered-sync.ts';
import type { Attributes } from './values.ts';

const nothingRemembered: RememberedSync = { replicaVersion: null, lastSync: null };

interface Given {
  readonly base?: { readonly master: Attributes; readonly replica: Attributes };
  readonly remembered?: RememberedSync;
}

/** Fields left out are empty on that side. */
function planned(given: Given, master: Attributes, replica: Attributes): Plan & { kind: 'merge' } {
  const result = plan({
    pair: people,
    base: given.base ?? { master: {}, replica: {} },
    remembered: given.remembered ?? nothingRemembered,
    seen: {
      master: { kind: 'present', record: inMaster(master) },
      replica: { kind: 'present', record: inReplica(replica) },
    },
  });
  if (result.kind !== 'merge') throw new Error(`expected a merge, got ${result.kind}`);
  return result;
}

const empty = Object.fromEntries(people.fields.map(({ name }) => [name, null]));
const agreedOn = (values: Attributes): Given => ({
  base: { master: { ...empty, ...values }, replica: asReplica({ ...empty, ...values }) },
});
const written = ({ writes }: Plan & { kind: 'merge' }) =>
  writes.map(({ side, field, newValue, rule }) => [side, field, newValue, rule]);

describe('with a base', () => {
  const meier = { surname: 'Meier', city: 'Hannover' };

  test('nothing has changed: nothing is written', () => {
    expect(planned(agreedOn(meier), meier, meier)).toMatchObject({ verdict: 'no_change', writes: [] });
  });

  test('only the master changed: its value goes to the replica', () => {
    const result = planned(agreedOn(meier), { ...meier, city: 'Celle' }, meier);
    expect(result.verdict).toBe('master_newer');
    expect(written(result)).toEqual([['replica', 'city', 'Celle', 'only_master_changed']]);
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
    const result = planned(
      agreedOn({ ...meier, account: '17' }),
      { ...meier, account: '18' },
      { ...meier, account: '17' },
    );
    expect(result.writes).toMatchObject([
      { side: 'master', newValue: '17', losingValue: '18', rule: 'against_direction' },
    ]);
  });

  test("a field that the replica does not take is reported, not written, and the master's edit is not reverted", () => {
    const result = planned(agreedOn({ ...meier, rank: 'A' }), { ...meier, rank: 'B' }, { ...meier, rank: 'A' });
    expect(result).toMatchObject({
      verdict: 'master_newer',
      writes: [],
      stranded: [{ field: 'rank', side: 'replica' }],
    });
  });

  test('two sides that hold different values since the last agreement are left alone', () => {
    const base = {
      master: { ...empty, city: 'Bad Münder am Deister' },
      replica: asReplica({ ...empty, city: 'Bad Mü' }),
    };
    const result = planned({ base }, { city: 'Bad Münder am Deister' }, { city: 'Bad Mü' });
    expect(result).toMatchObject({ verdict: 'no_change', writes: [] });
  });

  test('forms of the same value are equal: white space, Unicode, midnight, words of a choice', () => {
    const base = agreedOn({ surname: 'Müller', born: '2001-01-05', salutation: 'Ms.' });
    const master = { surname: 'Müller', born: '2001-01-05', salutation: 'Mrs.' };
    const replica = { surname: ' Mu\u0308ller ', born: '2001-01-05T00:00:00', salutation: 'Frau' };
    expect(planned(base, master, replica)).toMatchObject({ verdict: 'no_change', writes: [] });
  });

  test('a field that is new in the mapper is a first sync of that field only', () => {
    const { city: _city, ...withoutCity } = agreedOn(meier).base?.master ?? {};
    const base = { master: withoutCity, replica: asReplica(withoutCity) };
    const result = planned({ base }, { surname: 'Meier', city: 'Celle' }, { surname: 'Maier', city: 'Peine' });
    expect(written(result)).toEqual([
      ['master', 'surname', 'Maier', 'only_replica_changed'],
      ['replica', 'city', 'Celle', 'first_sync_master_wins'],
    ]);
  });
});

describe('without a base', () => {
  const remembered = { replicaVersion: 'row-1', lastSync: '2026-11-20T10:00:00.000Z' };
  const at = (master: Partial<SeenRecord>, replica: Partial<SeenRecord>) =>
    plan({
      pair: people,
      base: { master: {}, replica: {} },
      remembered,
      seen: {
        master: { kind: 'present', record: { ...inMaster({ city: 'Celle' }), ...master } },
        replica: { kind: 'present', record: { ...inReplica({ city: 'Peine' }), ...replica } },
      },
    });
  const later = { modifiedAt: '2026-11-20T11:00:00.000Z', modifiedByUs: false };
  const ruleOf = (result: Plan) => (result.kind === 'merge' ? result.writes.map(({ side, rule }) => [side, rule]) : []);

  test('another rowId: the replica changed', () => {
    expect(ruleOf(at({}, { version: 'row-2' }))).toEqual([['master', 'only_replica_changed']]);
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

  test('two records that meet for the first time fill each other; differing values follow the policy', () => {
    const result = planned({}, { surname: 'Meier', city: 'Celle' }, { surname: 'Maier', nickname: 'M' });
    expect(written(result)).toEqual([
      ['replica', 'surname', 'Meier', 'first_sync_master_wins'],
      ['replica', 'city', 'Celle', 'first_sync_fill'],
      ['master', 'nickname', 'M', 'first_sync_fill'],
    ]);
    expect(result.verdict).toBe('conflict');
  });
});

describe('one side is missing', () => {
  const meier = inMaster({ surname: 'Meier', born: '2001-01-05', account: '17', rank: 'A', city: null });
  const missing = (candidates: (Seen & { kind: 'unknown' })['candidates']) =>
    plan({
      pair: people,
      base: { master: {}, replica: {} },
      remembered: nothingRemembered,
      seen: { master: { kind: 'present', record: meier }, replica: { kind: 'unknown', candidates } },
    });
  const candidate = (id: string, attributes: Attributes) => ({
    id,
    attributes: asReplica(attributes),
    namesPartner: false,
  });

  test('it is created with what has a value and can be taken', () => {
    const result = missing([]);
    expect(result).toMatchObject({ kind: 'create', side: 'replica', stranded: [{ field: 'rank' }] });
    expect(result.kind === 'create' && result.writes.map(({ attribute, newValue }) => [attribute, newValue])).toEqual([
      ['their_surname', 'Meier'],
      ['their_born', '2001-01-05T00:00:00'],
      ['their_account', '17'],
    ]);
  });

  test('one match by a strong key is the partner', () => {
    expect(missing([candidate('r7', { account: ' 17 ' })])).toEqual({ kind: 'adopt', side: 'replica', id: 'r7' });
  });

  test('a match by a weak key is a question, never a merge of two people', () => {
    const result = missing([candidate('r7', { surname: 'MEIER', born: '2001-01-05T00:00:00' })]);
    expect(result).toEqual({ kind: 'ask', question: { code: 'look_alikes', side: 'replica', ids: ['r7'] } });
  });

  test('several strong matches are a question', () => {
    const result = missing([candidate('r7', { account: '17' }), candidate('r8', { account: '17' })]);
    expect(result).toMatchObject({ kind: 'ask', question: { code: 'look_alikes', ids: ['r7', 'r8'] } });
  });

  test('records that share nothing are strangers', () => {
    expect(missing([candidate('r7', { surname: 'Schulz', born: '2001-01-05' })]).kind).toBe('create');
  });

  test('a partner that is gone is a question; a master that is gone deletes nothing', () => {
    const gone: Seen = { kind: 'gone', id: 'r1' };
    const base = { master: {}, replica: {} };
    const present: Seen = { kind: 'present', record: meier };
    const input = { pair: people, base, remembered: nothingRemembered };
    expect(plan({ ...input, seen: { master: present, replica: gone } })).toEqual({
      kind: 'ask',
      question: { code: 'gone', side: 'replica', ids: ['r1'] },
    });
    expect(
      plan({ ...input, seen: { master: { kind: 'gone', id: 'm1' }, replica: { kind: 'unknown', candidates: [] } } }),
    ).toEqual({ kind: 'deleted', verdict: 'deleted' });
  });
});
