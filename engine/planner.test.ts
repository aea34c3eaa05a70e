import { describe, expect, test } from '@jest/globals';
import { inMaster, inReplica } from '../test/support/people.ts';
import { goneRecord, inputOf, present, unknownRecord } from '../test/support/planning.ts';
import type { PlanInput } from './plan.ts';
import { plan } from './planner.ts';

const meier = { surname: 'Meier', city: 'Hannover' };

describe('what both sides show decides who looks at them', () => {
  const kindOf = (master: PlanInput['seen']['master'], replica: PlanInput['seen']['replica']) =>
    plan(inputOf({ seen: { master, replica } })).kind;
  const [here, there] = [present(inMaster(meier)), present(inReplica(meier))];

  test('both are there: they are merged', () => {
    expect(kindOf(here, there)).toBe('merge');
  });

  test('one is there, the other one was never known: it is created, on either side', () => {
    expect(plan(inputOf({ seen: { master: here, replica: unknownRecord } }))).toMatchObject({
      kind: 'create',
      side: 'replica',
    });
    expect(plan(inputOf({ seen: { master: unknownRecord, replica: there } }))).toMatchObject({
      kind: 'create',
      side: 'master',
    });
  });

  test('one is there, the other one is gone: that is no creation', () => {
    expect(plan(inputOf({ seen: { master: here, replica: goneRecord('r1') } }))).toMatchObject({
      kind: 'ask',
      question: { side: 'replica', ids: ['r1'] },
    });
    expect(plan(inputOf({ seen: { master: goneRecord('m1'), replica: there } }))).toMatchObject({
      kind: 'ask',
      question: { side: 'master', ids: ['m1'] },
    });
  });

  test('neither is there: the couple is parted, once', () => {
    const nothing = { seen: { master: goneRecord('m1'), replica: unknownRecord } };
    expect(plan(inputOf(nothing))).toEqual({ kind: 'part', verdict: 'deleted', gone: 'both' });
    expect(plan(inputOf({ ...nothing, parted: 'replica' }))).toMatchObject({ kind: 'part', gone: 'both' });
    expect(plan(inputOf({ ...nothing, parted: 'both' }))).toEqual({ kind: 'rest', verdict: 'no_change' });
    expect(kindOf(unknownRecord, goneRecord('r1'))).toBe('part');
    expect(kindOf(goneRecord('m1'), goneRecord('r1'))).toBe('part');
  });

  test('neither is there, but a person names the one that was never known: it is looked at', () => {
    const answer = { kind: 'link', id: 'x7' } as const;
    const [lost, unknown] = [goneRecord('lost'), unknownRecord];
    expect(plan(inputOf({ seen: { master: lost, replica: unknown }, answer, parted: 'both' }))).toEqual({
      kind: 'adopt',
      side: 'replica',
      id: 'x7',
    });
    expect(plan(inputOf({ seen: { master: unknown, replica: lost }, answer }))).toMatchObject({ side: 'master' });
    expect(plan(inputOf({ seen: { master: lost, replica: lost }, answer })).kind).toBe('part');
    for (const kind of ['create', 'delete', 'keep'] as const) {
      expect(plan(inputOf({ seen: { master: lost, replica: unknown }, answer: { kind } })).kind).toBe('part');
    }
  });

  test('a couple that was parted and has both records again is merged', () => {
    expect(plan(inputOf({ seen: { master: here, replica: there }, parted: 'replica' })).kind).toBe('merge');
  });
});
