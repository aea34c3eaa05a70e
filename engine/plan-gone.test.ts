import { describe, expect, test } from '@jest/globals';
import { asReplica, inMaster, inReplica, people } from '../test/support/people.ts';
import { agreedOn, goneRecord, inputOf, noBase, present } from '../test/support/planning.ts';
import type { DeletePolicy, DeletionRules, Gone } from './deletion.ts';
import type { PairDefinition } from './pair.ts';
import type { Plan, PlanInput } from './plan.ts';
import { plan } from './planner.ts';
import type { Base } from './snapshot.ts';
import { otherSide, type PerSide, type Side, sides } from './values.ts';

const agreed = { surname: 'Meier', city: 'Hannover' };
const archive: DeletePolicy = { kind: 'archive', attributes: { archived: true } };

interface Given {
  readonly policy?: DeletePolicy;
  readonly whenEdited?: DeletionRules['whenEdited'];
  readonly city?: string;
  readonly base?: Base;
  readonly proven?: boolean;
  readonly parted?: Gone | null;
  readonly answer?: PlanInput['answer'];
  readonly createOn?: readonly Side[];
}

/** The other policy would be noticed: it archives with other attributes. */
function pairWith(gone: Side, { policy = { kind: 'delete' }, whenEdited = 'restore', createOn }: Given) {
  const wrong: DeletePolicy = { kind: 'archive', attributes: { wrong: true } };
  const of: PerSide<DeletePolicy> =
    gone === 'master' ? { master: wrong, replica: policy } : { master: policy, replica: wrong };
  const pair: PairDefinition = {
    ...people,
    deletion: { ...people.deletion, of, whenEdited },
    createOn: createOn ?? people.createOn,
  };
  return pair;
}

/** One side's record is gone; the other one shows what was agreed, but for its city. */
function gone(side: Side, given: Given = {}): Plan {
  const { city = agreed.city, base = agreedOn(agreed), proven = true, parted = null, answer = null } = given;
  const left = side === 'master' ? inReplica({ ...agreed, city }) : inMaster({ ...agreed, city });
  const missing = goneRecord(side === 'master' ? 'm9' : 'r9', proven);
  const seen =
    side === 'master' ? { master: missing, replica: present(left) } : { master: present(left), replica: missing };
  return plan(inputOf({ pair: pairWith(side, given), base, seen, parted, answer }));
}

const idOf = (side: Side): string => (side === 'master' ? 'm9' : 'r9');
const asked = (code: string, side: Side) => ({
  kind: 'ask',
  question: { code, side, ids: [idOf(side)], fields: [] },
});
const attributeOn = (side: Side, name: string): string => (side === 'replica' ? `their_${name}` : name);
const deleted = (side: Side) => ({
  kind: 'remove',
  verdict: 'deleted',
  side: otherSide(side),
  gone: side,
  rule: 'partner_deleted',
  how: { by: 'deleting' },
});

describe.each(sides)('the %s is gone', (side) => {
  describe('and the record that is left was not edited since', () => {
    test('delete: it goes too', () => {
      expect(gone(side)).toEqual(deleted(side));
    });

    test('archive: it stays with the attributes that say so', () => {
      expect(gone(side, { policy: archive })).toEqual({
        ...deleted(side),
        how: { by: 'archiving', attributes: { archived: true } },
      });
    });

    test('unlink: it stays as it is, alone', () => {
      expect(gone(side, { policy: { kind: 'unlink' } })).toEqual({ kind: 'part', verdict: 'deleted', gone: side });
    });

    test('ask: a person decides', () => {
      expect(gone(side, { policy: { kind: 'ask' } })).toEqual(asked('gone', side));
    });
  });

  describe('and the record that is left was edited since', () => {
    test.each([{ kind: 'delete' } as const, archive])('$kind: the edit brings the partner back', (policy) => {
      const result = gone(side, { policy, city: 'Celle' });
      expect(result).toMatchObject({ kind: 'create', verdict: 'created', side, rule: 'edit_beats_delete' });
      expect(result.kind === 'create' && result.writes).toMatchObject([
        { attribute: attributeOn(side, 'surname'), newValue: 'Meier', rule: 'edit_beats_delete' },
        { attribute: attributeOn(side, 'city'), newValue: 'Celle' },
      ]);
    });

    test('unless the pair says that a deletion beats an edit', () => {
      expect(gone(side, { city: 'Celle', whenEdited: 'delete' })).toEqual(deleted(side));
      expect(gone(side, { city: 'Celle', whenEdited: 'delete', policy: archive })).toMatchObject({
        kind: 'remove',
        how: { by: 'archiving' },
      });
    });

    test('unlink: it stays as it is, alone', () => {
      expect(gone(side, { policy: { kind: 'unlink' }, city: 'Celle' })).toMatchObject({ kind: 'part', gone: side });
    });

    test('ask: a person decides and is told of the edit', () => {
      expect(gone(side, { policy: { kind: 'ask' }, city: 'Celle' })).toEqual(asked('gone_but_edited', side));
    });

    test('where nothing may be created, a person is asked', () => {
      expect(gone(side, { city: 'Celle', createOn: [otherSide(side)] })).toMatchObject({
        kind: 'ask',
        question: { code: 'may_not_create', side },
      });
    });
  });

  describe('and whether the record that is left was edited is not known', () => {
    test.each([{ kind: 'delete' } as const, archive, { kind: 'ask' } as const])('$kind: a person decides', (policy) => {
      for (const whenEdited of ['restore', 'delete'] as const) {
        expect(gone(side, { policy, whenEdited, base: noBase })).toEqual(asked('gone', side));
      }
    });

    test('an edit of any known field is an edit, even if other fields are not known', () => {
      const known = { master: { city: 'Hannover' }, replica: asReplica({ city: 'Hannover' }) };
      expect(gone(side, { base: known })).toEqual(asked('gone', side));
      expect(gone(side, { base: known, city: 'Celle' })).toMatchObject({ kind: 'create', rule: 'edit_beats_delete' });
    });

    test("the other side's snapshot says nothing about it", () => {
      const base = { ...agreedOn(agreed), [otherSide(side)]: {} };
      expect(gone(side, { base })).toEqual(asked('gone', side));
    });
  });

  describe('and it is not proven', () => {
    const policies: DeletePolicy[] = [{ kind: 'delete' }, archive, { kind: 'unlink' }, { kind: 'ask' }];
    test.each(policies)('$kind: nothing is done but asked', (policy) => {
      expect(gone(side, { policy, proven: false })).toEqual(asked('gone', side));
      expect(gone(side, { policy, proven: false, city: 'Celle' })).toEqual(asked('gone_but_edited', side));
      expect(gone(side, { policy, proven: false, base: noBase })).toEqual(asked('gone', side));
    });
  });

  describe('and a person has answered', () => {
    const ask = { policy: { kind: 'ask' } as const, proven: false, city: 'Celle' };

    test('create: the partner is created again', () => {
      expect(gone(side, { ...ask, answer: { kind: 'create' } })).toMatchObject({
        kind: 'create',
        side,
        rule: 'recreated_by_hand',
        writes: [{ newValue: 'Meier', rule: 'recreated_by_hand' }, { newValue: 'Celle' }],
      });
    });

    test('keep: this record stays, alone', () => {
      expect(gone(side, { ...ask, answer: { kind: 'keep' } })).toEqual({
        kind: 'part',
        verdict: 'deleted',
        gone: side,
      });
    });

    test('delete: this record is deleted, even if the pair would have archived it', () => {
      expect(gone(side, { ...ask, policy: archive, answer: { kind: 'delete' } })).toEqual({
        ...deleted(side),
        rule: 'deleted_by_hand',
      });
    });

    test('link: the record that was named is looked at', () => {
      expect(gone(side, { ...ask, answer: { kind: 'link', id: 'x7' } })).toEqual({ kind: 'adopt', side, id: 'x7' });
    });

    test('that counts more than that the couple was parted', () => {
      expect(gone(side, { answer: { kind: 'create' }, parted: side })).toMatchObject({ rule: 'recreated_by_hand' });
    });
  });

  describe('and the couple had been parted', () => {
    test('because of the same record: nothing happens any more, edited or not', () => {
      for (const city of ['Hannover', 'Celle']) {
        expect(gone(side, { parted: side, city })).toEqual({ kind: 'rest', verdict: 'no_change' });
      }
    });

    test('because both were gone: the one that came back gets its partner again', () => {
      expect(gone(side, { parted: 'both' })).toMatchObject({
        kind: 'create',
        side,
        rule: 'restored',
        writes: [{ newValue: 'Meier', rule: 'restored' }, { newValue: 'Hannover' }],
      });
    });

    test('because the other one was gone, which is back: the policy decides as ever', () => {
      expect(gone(side, { parted: otherSide(side) })).toEqual(deleted(side));
    });
  });
});
