import { describe, expect, test } from '@jest/globals';
import type { Circumstances, DecisionRow, Shown } from '../test/support/decision-row.ts';
import { decisionSections } from '../test/support/decision-rows.ts';
import { type DisappearanceOutcome, disappearanceRows } from '../test/support/disappearance-rows.ts';
import { inMaster, inReplica, people } from '../test/support/people.ts';
import { agreedOn, goneRecord, inputOf, mergePlan, noBase, present } from '../test/support/planning.ts';
import type { DeletePolicy } from './deletion.ts';
import type { PairDefinition } from './pair.ts';
import type { MergePlan, Plan, PlanInput, SeenRecord } from './plan.ts';
import { plan } from './planner.ts';
import { rules } from './rules.ts';
import { type Attributes, otherSide, type PerSide, type Side, sides } from './values.ts';

const lastSync = '2026-11-20T10:00:00.000Z';
const city = people.fields.find(({ name }) => name === 'city')!;

function pairOf({ policy, direction = 'both', required, notTakenBy }: DecisionRow): PairDefinition {
  const readOnlyOn = notTakenBy === undefined ? [] : [notTakenBy];
  return {
    ...people,
    fields: [{ ...city, group: 'of the row', direction, required: required === true, readOnlyOn }],
    groups: { 'of the row': policy },
    firstSync: policy,
  };
}

const snapshotOf = (attribute: string, { snapshot }: Shown): Attributes =>
  snapshot === undefined ? {} : { [attribute]: snapshot };

function recordOf(side: Side, row: DecisionRow): SeenRecord {
  const { modifiedAtSeconds, byTandem, version }: Circumstances = row.about?.[side] ?? {};
  const at = (seconds: number): string => new Date(Date.parse(lastSync) + seconds * 1_000).toISOString();
  return {
    id: side,
    version: version === undefined ? null : `${version} version`,
    attributes: { [city.attribute[side]]: row[side].now },
    modifiedAt: modifiedAtSeconds === undefined ? null : at(modifiedAtSeconds),
    modifiedByUs: byTandem ?? false,
  };
}

function decidedIn({ decided, master, replica }: DecisionRow): PlanInput['decided'] {
  if (decided === undefined) return {};
  const { resolution, movedSince } = decided;
  const then = (side: Side, { now }: Shown) => (movedSince === side ? 'another value' : now);
  return { city: { resolution, shown: { master: then('master', master), replica: then('replica', replica) } } };
}

const inputFor = (row: DecisionRow): PlanInput =>
  inputOf({
    pair: pairOf(row),
    base: { master: snapshotOf('city', row.master), replica: snapshotOf('their_city', row.replica) },
    remembered: { replicaVersion: 'same version', lastSync },
    seen: { master: present(recordOf('master', row)), replica: present(recordOf('replica', row)) },
    decided: decidedIn(row),
  });

/** A plan for one field in the words of a row. */
const inWordsOfRow = ({ writes, stranded, open, verdict }: MergePlan) => ({
  writes: Object.fromEntries(writes.map(({ side, newValue }) => [side, newValue])),
  rules: [...new Set(writes.map(({ rule }) => rule))],
  loses: Object.fromEntries(
    writes.flatMap(({ side, losingValue }) => (losingValue === null ? [] : [[side, losingValue]])),
  ),
  stranded: stranded.map(({ side }) => side),
  open: open.length > 0,
  verdict,
});

describe.each(decisionSections)('$title', ({ rows }) => {
  test.each(rows)('$situation: $policy.kind', (row) => {
    const { writes = {}, rule, loses = {}, stranded, open = false, verdict } = row.outcome;
    expect(inWordsOfRow(mergePlan(inputFor(row)))).toEqual({
      writes,
      rules: rule === undefined ? [] : [rule],
      loses,
      stranded: stranded === undefined ? [] : [stranded],
      open,
      verdict,
    });
  });
});

const agreed = { surname: 'Meier', city: 'Hannover' };
const policies: Readonly<Record<DeletePolicy['kind'], DeletePolicy>> = {
  delete: { kind: 'delete' },
  archive: { kind: 'archive', attributes: { archived: true } },
  unlink: { kind: 'unlink' },
  ask: { kind: 'ask' },
};

/** A plan for a couple of which one record is gone, in the words of a row. */
function outcomeOf(planned: Plan, gone: Side): DisappearanceOutcome | Plan {
  switch (planned.kind) {
    case 'remove':
      expect([planned.gone, planned.side]).toEqual([gone, otherSide(gone)]);
      return { kind: 'removed', by: planned.how.by, rule: planned.rule };
    case 'create':
      expect(planned.side).toBe(gone);
      return { kind: 'partner created', rule: planned.rule };
    case 'part':
      expect(planned.gone).toBe(gone);
      return { kind: 'parted' };
    case 'rest':
      return { kind: 'left alone' };
    case 'ask':
      expect(planned.question.side).toBe(gone);
      return { kind: 'asked', code: planned.question.code };
    case 'adopt':
      expect(planned.side).toBe(gone);
      return { kind: 'looked at' };
    case 'wait':
    case 'merge':
      return planned;
  }
}

describe.each(sides)('the %s of a couple is gone', (gone) => {
  const partedAs = { same: gone, other: otherSide(gone), both: 'both' } as const;

  test.each(disappearanceRows)('$situation: $policy, edited: $edited', (row) => {
    const of: PerSide<DeletePolicy> = { master: { kind: 'ask' }, replica: { kind: 'ask' } };
    const left = { ...agreed, ...(row.edited === 'yes' ? { city: 'Celle' } : {}) };
    const missing = goneRecord('gone', row.proven ?? true);
    const pair: PairDefinition = {
      ...people,
      deletion: {
        ...people.deletion,
        of: { ...of, [otherSide(gone)]: policies[row.policy] },
        whenEdited: row.whenEdited ?? 'restore',
      },
      createOn: row.mayNotCreate === true ? [] : sides,
    };
    const planned = plan(
      inputOf({
        pair,
        base: row.edited === 'not known' ? noBase : agreedOn(agreed),
        seen:
          gone === 'master'
            ? { master: missing, replica: present(inReplica(left)) }
            : { master: present(inMaster(left)), replica: missing },
        parted: row.parted === undefined ? null : partedAs[row.parted],
        answer: row.answer ?? null,
      }),
    );
    expect(outcomeOf(planned, gone)).toEqual(row.outcome);
  });
});

describe('the rows', () => {
  test('show every rule by which a value is written', () => {
    const ofFields = decisionSections.flatMap(({ rows }) => rows.map(({ outcome }) => outcome.rule));
    const ofRecords = disappearanceRows.map(({ outcome }) => ('rule' in outcome ? outcome.rule : undefined));
    const shown = new Set<string | undefined>([...ofFields, ...ofRecords, 'created']);
    expect(Object.keys(rules).filter((rule) => !shown.has(rule))).toEqual([]);
  });

  test('show every policy with everything that can be known of edits', () => {
    const shown = new Set(disappearanceRows.map(({ policy, edited }) => `${policy} ${edited}`));
    const missing = Object.keys(policies)
      .flatMap((policy) => ['no', 'yes', 'not known'].map((edited) => `${policy} ${edited}`))
      .filter((one) => !shown.has(one));
    expect(missing).toEqual([]);
  });
});
