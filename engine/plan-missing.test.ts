import { describe, expect, test } from '@jest/globals';
import { asReplica, inMaster, inReplica, people } from '../test/support/people.ts';
import { inputOf, present } from '../test/support/planning.ts';
import type { Candidate } from './identity.ts';
import type { PairDefinition } from './pair.ts';
import type { Plan, PlanInput } from './plan.ts';
import { plan } from './planner.ts';
import type { Attributes } from './values.ts';

const meier = { surname: 'Meier', born: '2001-01-05', account: '17', rank: 'A', city: null };
const candidate = (id: string, attributes: Attributes, namesPartner = false): Candidate => ({
  id,
  attributes: asReplica(attributes),
  namesPartner,
});

const missingReplica = (candidates: readonly Candidate[] = [], more: Partial<PlanInput> = {}): Plan =>
  plan(inputOf({ seen: { master: present(inMaster(meier)), replica: { kind: 'unknown', candidates } }, ...more }));
const missingMaster = (candidates: readonly Candidate[] = [], more: Partial<PlanInput> = {}): Plan => {
  const replica = present(inReplica({ ...meier, born: '2001-01-05T00:00:00', salutation: 'Frau' }));
  return plan(inputOf({ seen: { master: { kind: 'unknown', candidates }, replica }, ...more }));
};

describe('a record without a partner', () => {
  test('is created with what has a value and can be taken', () => {
    const result = missingReplica();
    expect(result).toMatchObject({
      kind: 'create',
      verdict: 'created',
      side: 'replica',
      rule: 'created',
      stranded: [{ field: 'rank', side: 'replica' }],
    });
    expect(result.kind === 'create' && result.writes).toEqual(
      [
        { field: 'surname', attribute: 'their_surname', newValue: 'Meier' },
        { field: 'born', attribute: 'their_born', newValue: '2001-01-05T00:00:00' },
        { field: 'account', attribute: 'their_account', newValue: '17' },
      ].map((write) => ({ ...write, side: 'replica', oldValue: null, losingValue: null, rule: 'created' })),
    );
  });

  test("is created in the master in the master's words, with what the replica alone does not take", () => {
    const result = missingMaster();
    expect(result).toMatchObject({ kind: 'create', side: 'master', stranded: [] });
    expect(result.kind === 'create' && result.writes.map(({ attribute, newValue }) => [attribute, newValue])).toEqual([
      ['surname', 'Meier'],
      ['born', '2001-01-05'],
      ['salutation', 'Ms.'],
      ['account', '17'],
      ['rank', 'A'],
    ]);
  });

  test('a field that can not be taken and has no value is not worth a note', () => {
    const seen = {
      master: present(inMaster({ surname: 'Meier', rank: ' ' })),
      replica: { kind: 'unknown', candidates: [] } as const,
    };
    expect(plan(inputOf({ seen }))).toMatchObject({ kind: 'create', stranded: [] });
  });

  test('is asked about where the pair creates nothing on that side', () => {
    const onlyMaster: PairDefinition = { ...people, createOn: ['master'] };
    expect(missingReplica([], { pair: onlyMaster })).toEqual({
      kind: 'ask',
      question: { code: 'may_not_create', side: 'replica', ids: [], fields: [] },
    });
    expect(missingMaster([], { pair: onlyMaster }).kind).toBe('create');
    expect(missingMaster([], { pair: { ...people, createOn: [] } })).toMatchObject({
      kind: 'ask',
      question: { code: 'may_not_create', side: 'master' },
    });
  });
});

describe('a record that may have a partner already', () => {
  test('one match by a strong key is the partner, on either side', () => {
    expect(missingReplica([candidate('r7', { account: ' 17 ' })])).toEqual({
      kind: 'adopt',
      side: 'replica',
      id: 'r7',
    });
    const inTheMaster: Candidate = { id: 'm7', attributes: { account: '17' }, namesPartner: false };
    expect(missingMaster([inTheMaster])).toEqual({ kind: 'adopt', side: 'master', id: 'm7' });
  });

  test('a match by a weak key is a question, never a merge of two people', () => {
    expect(missingReplica([candidate('r7', { surname: 'MEIER', born: '2001-01-05T00:00:00' })])).toEqual({
      kind: 'ask',
      question: { code: 'look_alikes', side: 'replica', ids: ['r7'], fields: [] },
    });
  });

  test('several strong matches are a question', () => {
    const two = [candidate('r7', { account: '17' }), candidate('r8', { account: '17' })];
    expect(missingReplica(two)).toMatchObject({ kind: 'ask', question: { code: 'look_alikes', ids: ['r7', 'r8'] } });
  });

  test('records that share nothing are strangers', () => {
    expect(missingReplica([candidate('r7', { surname: 'Schulz', born: '2001-01-05' })]).kind).toBe('create');
  });
});

describe('a person has answered', () => {
  const alike = [candidate('r7', { account: '17' }), candidate('r8', { account: '17' })];

  test('which record it is: it is looked at, whatever the keys say', () => {
    expect(missingReplica(alike, { answer: { kind: 'link', id: 'r9' } })).toEqual({
      kind: 'adopt',
      side: 'replica',
      id: 'r9',
    });
    expect(missingMaster([], { answer: { kind: 'link', id: 'm9' } })).toMatchObject({ side: 'master', id: 'm9' });
  });

  test('that there is none: it is created, though some look alike', () => {
    expect(missingReplica(alike, { answer: { kind: 'create' } })).toMatchObject({
      kind: 'create',
      side: 'replica',
      rule: 'recreated_by_hand',
      writes: [{ rule: 'recreated_by_hand' }, {}, {}],
    });
  });

  test('something that fits another question: the keys decide as ever', () => {
    expect(missingReplica(alike, { answer: { kind: 'keep' } })).toMatchObject({ kind: 'ask' });
    expect(missingReplica([], { answer: { kind: 'delete' } })).toMatchObject({ kind: 'create', rule: 'created' });
  });
});
