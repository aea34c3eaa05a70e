import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asReplica, inMaster, inReplica, people } from '../test/support/people.ts';
import { agreedOn, goneRecord, inputOf, noBase, present } from '../test/support/planning.ts';
import { holdsAlways } from '../test/support/property.ts';
import { canonicalOf, type MappedField } from './pair.ts';
import { attributesFor, type MergePlan, type PlanInput, type Seen, type SeenRecord } from './plan.ts';
import { plan } from './planner.ts';
import type { Resolution } from './resolution.ts';
import { type Base, fieldState } from './snapshot.ts';
import { type Attributes, attributeOf, type Json, type Side, sides } from './values.ts';

const word = fc.constantFrom(null, '', 'a', 'b', ' a ', 'ü', 'u\u0308', 'a; b', 'b; c');
const valuesOf = (name: string) => {
  if (name === 'born') return fc.constantFrom(null, '2001-01-05', '1980-02-29', 'Tuesday');
  if (name === 'salutation') return fc.constantFrom(null, 'Mr.', 'Ms.', 'Herr', 'Frau', 'Dr.');
  return word;
};
const record = fc.record(Object.fromEntries(people.fields.map(({ name }) => [name, valuesOf(name)])));
const modifiedAt = fc.constantFrom(
  null,
  'soon',
  '2026-11-20T10:00:00Z',
  '2026-11-20T10:00:05Z',
  '2026-11-20T10:00:06Z',
);
const circumstances = fc.record({
  modifiedAt,
  modifiedByUs: fc.constantFrom(null, true, false),
  version: fc.constantFrom(null, 'row-1', 'row-2'),
});

interface Scene {
  readonly base: Base;
  readonly master: SeenRecord;
  readonly replica: SeenRecord;
}

/** Both agreed on everything, or on nothing, or each has a snapshot of its own, which may lack fields. */
const base: fc.Arbitrary<Base> = fc.oneof(
  record.map(agreedOn),
  fc.constant(noBase),
  fc.tuple(record, record).map(([master, replica]) => ({ master, replica: asReplica(replica) })),
  fc
    .tuple(record, fc.subarray(people.fields.map(({ name }) => name)))
    .map(([values, known]) => Object.fromEntries(known.map((name) => [name, values[name] ?? null])))
    .map((master) => ({ master, replica: asReplica(master) })),
);
const scene: fc.Arbitrary<Scene> = fc
  .record({ base, master: record, replica: record, ofMaster: circumstances, ofReplica: circumstances })
  .map(({ base: known, master, replica, ofMaster, ofReplica }) => ({
    base: known,
    master: { ...inMaster(master), ...ofMaster },
    replica: { ...inReplica(replica), ...ofReplica },
  }));

const inputFor = ({ base: known, master, replica }: Scene, more: Partial<PlanInput> = {}): PlanInput =>
  inputOf({ base: known, seen: { master: present(master), replica: present(replica) }, ...more });
const planOf = (given: Scene, more: Partial<PlanInput> = {}): MergePlan => {
  const result = plan(inputFor(given, more));
  if (result.kind !== 'merge') throw new Error('both sides are present');
  return result;
};
/** Both sides once the plan's writes have landed; every other attribute stays. */
const carriedOut = (given: Scene, { writes }: MergePlan): Scene => {
  const after = (side: Side): SeenRecord => ({
    ...given[side],
    attributes: { ...given[side].attributes, ...attributesFor(side, writes) },
  });
  return { ...given, master: after('master'), replica: after('replica') };
};
const valueOn = (side: Side, field: MappedField, given: Scene) => canonicalOf(field, side, given[side].attributes);
const differs = (field: MappedField, given: Scene): boolean =>
  valueOn('master', field, given) !== valueOn('replica', field, given);
const stateOn = (side: Side, field: MappedField, given: Scene) =>
  fieldState(field, side, given.base[side], given[side].attributes);
const fieldNamed = (name: string): MappedField => people.fields.find((field) => field.name === name)!;

/** Fields that both sides changed since both had a snapshot of them. */
const contestedIn = (given: Scene): readonly MappedField[] =>
  people.fields.filter(
    (field) => sides.every((side) => stateOn(side, field, given) === 'changed') && differs(field, given),
  );

describe('carrying a plan out', () => {
  test('settles everything: planning again writes nothing, but for what waits for a person', () => {
    holdsAlways(
      fc.property(scene, (given) => {
        const first = planOf(given);
        const after = carriedOut(given, first);
        const open = new Set(first.open.flatMap(({ field }) => sides.map((side) => fieldNamed(field).attribute[side])));
        const kept = (side: Side): Attributes =>
          Object.fromEntries([
            ...Object.entries(after[side].attributes).filter(([name]) => !open.has(name)),
            ...Object.entries(given.base[side]).filter(([name]) => open.has(name)),
          ]);
        const again = planOf({ ...after, base: { master: kept('master'), replica: kept('replica') } });
        expect(again).toMatchObject({ writes: [], stranded: [], open: first.open });
        expect(again.verdict).toBe(first.open.length > 0 ? 'conflict' : 'no_change');
      }),
    );
  });

  test('leaves every field equal, or not taken by a side, or waiting, or different as it was agreed', () => {
    holdsAlways(
      fc.property(scene, (given) => {
        const first = planOf(given);
        const after = carriedOut(given, first);
        const explained = new Set([...first.stranded, ...first.open].map(({ field }) => field));
        const different = people.fields.filter((field) => !explained.has(field.name) && differs(field, after));
        for (const field of different) {
          expect(sides.map((side) => stateOn(side, field, given))).toEqual(['unchanged', 'unchanged']);
        }
      }),
    );
  });

  test('loses nothing: an edit that is overwritten stands in the plan as the loser', () => {
    holdsAlways(
      fc.property(scene, (given) => {
        for (const write of planOf(given).writes) {
          const field = fieldNamed(write.field);
          const overwritten = valueOn(write.side, field, given);
          if (stateOn(write.side, field, given) === 'unchanged' || overwritten === null) continue;
          expect({ field: write.field, losing: write.losingValue }).toEqual({
            field: write.field,
            losing: write.oldValue,
          });
        }
      }),
    );
  });

  test('never writes what a side does not take, twice the same attribute, or what is there already', () => {
    holdsAlways(
      fc.property(scene, (given) => {
        const { writes } = planOf(given);
        expect(writes.filter(({ field, side }) => fieldNamed(field).readOnlyOn.includes(side))).toEqual([]);
        expect(new Set(writes.map(({ side, attribute }) => `${side} ${attribute}`)).size).toBe(writes.length);
        for (const { field, side, newValue } of writes) {
          expect(fieldNamed(field).codec.toCanonical[side](newValue)).not.toBe(valueOn(side, fieldNamed(field), given));
        }
      }),
    );
  });

  test('never empties a field that must not be empty', () => {
    holdsAlways(
      fc.property(scene, (given) => {
        const emptied = planOf(given).writes.filter(({ field, newValue }) => field === 'surname' && newValue === null);
        expect(emptied).toEqual([]);
      }),
    );
  });
});

describe('who wins', () => {
  const policyOf = (field: MappedField) => people.groups[field.group]!.kind;

  test("what the master edited stays in the master if the field's group is the master's", () => {
    holdsAlways(
      fc.property(scene, (given) => {
        const after = carriedOut(given, planOf(given));
        const masters = contestedIn(given).filter(
          (field) => policyOf(field) === 'master' && field.direction !== 'toMaster' && !field.required,
        );
        for (const field of masters) {
          expect(valueOn('master', field, after)).toBe(valueOn('master', field, given));
          if (field.readOnlyOn.length === 0) expect(differs(field, after)).toBe(false);
        }
      }),
    );
  });

  test("what the replica edited stays in the replica if the field's group is the replica's", () => {
    holdsAlways(
      fc.property(scene, (given) => {
        const after = carriedOut(given, planOf(given));
        for (const field of contestedIn(given).filter((contested) => policyOf(contested) === 'replica')) {
          expect([valueOn('master', field, after), valueOn('replica', field, after)]).toEqual([
            valueOn('replica', field, given),
            valueOn('replica', field, given),
          ]);
        }
      }),
    );
  });

  test.each(sides)('an edit of the %s alone reaches the other side, or it is said that it does not take it', (side) => {
    const other = side === 'master' ? 'replica' : 'master';
    holdsAlways(
      fc.property(scene, (given) => {
        const { writes, stranded } = planOf(given);
        const uncontested = people.fields.filter(
          (field) =>
            stateOn(side, field, given) === 'changed' &&
            stateOn(other, field, given) === 'unchanged' &&
            differs(field, given) &&
            field.direction === 'both' &&
            !(field.required && valueOn(side, field, given) === null),
        );
        for (const field of uncontested) {
          const landing = { field: field.name, side: other };
          const isTaken = !field.readOnlyOn.includes(other);
          expect(stranded.filter(({ field: name }) => name === field.name)).toEqual(isTaken ? [] : [landing]);
          const newValue = field.codec.fromCanonical[other](valueOn(side, field, given));
          const rule = `only_${side}_changed`;
          const agreed = sides.map((one) => canonicalOf(field, one, given.base[one]));
          const oldValue = attributeOf(given[other].attributes, field.attribute[other]);
          const losingValue = agreed[0] === agreed[1] ? null : oldValue;
          const write = { ...landing, attribute: field.attribute[other], oldValue, newValue, losingValue, rule };
          expect(writes.filter(({ field: name }) => name === field.name)).toMatchObject(isTaken ? [write] : []);
        }
      }),
    );
  });

  test('a field that waits for a person is written on neither side', () => {
    holdsAlways(
      fc.property(scene, (given) => {
        const { open, writes, stranded, verdict } = planOf(given);
        const waiting = contestedIn(given).filter((field) => policyOf(field) === 'manual');
        expect(open.map(({ field }) => field)).toEqual(waiting.map(({ name }) => name));
        const names = new Set(open.map(({ field }) => field));
        expect([...writes, ...stranded].filter(({ field }) => names.has(field))).toEqual([]);
        if (names.size > 0) expect(verdict).toBe('conflict');
      }),
    );
  });

  const resolution: fc.Arbitrary<Resolution> = fc.oneof(
    fc.constantFrom(...sides).map((side) => ({ kind: 'take', side }) as const),
    word.map((value) => ({ kind: 'value', value }) as const),
  );

  test('what a person has decided is written exactly so, on every side that holds another value', () => {
    holdsAlways(
      fc.property(scene, resolution, (given, decision) => {
        const vow = fieldNamed('vow');
        fc.pre(contestedIn(given).includes(vow));
        const shown = { master: given.master.attributes['vow']!, replica: given.replica.attributes['their_vow']! };
        const result = planOf(given, { decided: { vow: { resolution: decision, shown } } });
        const wanted =
          decision.kind === 'take' ? valueOn(decision.side, vow, given) : vow.codec.toCanonical.master(decision.value);
        const after = carriedOut(given, result);
        expect([valueOn('master', vow, after), valueOn('replica', vow, after)]).toEqual([wanted, wanted]);
        const rule = decision.kind === 'take' ? `decided_${decision.side}` : 'decided_value';
        const ofVow = result.writes.filter(({ field }) => field === 'vow');
        expect(ofVow.map((write) => [write.rule, write.losingValue])).toEqual(
          ofVow.map(({ oldValue }) => [rule, oldValue]),
        );
        expect(result.open).toEqual([]);
      }),
    );
  });
});

describe('a plan for whatever two systems show', () => {
  const anyValue = fc.jsonValue({ stringUnit: 'binary', maxDepth: 1 }) as fc.Arbitrary<Json>;
  const anyAttributes = (side: Side): fc.Arbitrary<Attributes> =>
    fc
      .subarray(people.fields.map(({ attribute }) => attribute[side]))
      .chain((shown) => fc.record(Object.fromEntries(shown.map((name) => [name, anyValue]))));
  const anyText = fc.oneof(modifiedAt, fc.string());
  const anyRecord = (side: Side): fc.Arbitrary<SeenRecord> =>
    fc.record({
      id: fc.string(),
      version: fc.option(fc.string()),
      attributes: anyAttributes(side),
      modifiedAt: anyText,
      modifiedByUs: fc.option(fc.boolean()),
    });
  const anySeen = (side: Side): fc.Arbitrary<Seen> =>
    fc.oneof(
      { weight: 3, arbitrary: anyRecord(side).map(present) },
      fc.tuple(fc.string(), fc.boolean()).map(([id, proven]) => goneRecord(id, proven)),
      fc
        .array(fc.record({ id: fc.string(), attributes: anyAttributes(side), namesPartner: fc.boolean() }))
        .map((candidates) => ({ kind: 'unknown', candidates }) as const),
    );
  const anyInput: fc.Arbitrary<PlanInput> = fc.record({
    pair: fc.constant(people),
    base: fc.record({ master: anyAttributes('master'), replica: anyAttributes('replica') }),
    presumed: fc.record({ master: anyAttributes('master'), replica: anyAttributes('replica') }),
    parted: fc.constantFrom(null, 'master', 'replica', 'both'),
    remembered: fc.record({ replicaVersion: fc.option(fc.string()), lastSync: anyText }),
    seen: fc.record({ master: anySeen('master'), replica: anySeen('replica') }),
    decided: fc.dictionary(
      fc.constantFrom('vow', 'city', 'nothing'),
      fc.record({
        resolution: fc.oneof(
          fc.constantFrom(...sides).map((side) => ({ kind: 'take', side }) as const),
          anyValue.map((value) => ({ kind: 'value', value }) as const),
        ),
        shown: fc.record({ master: anyValue, replica: anyValue }),
      }),
    ),
    answer: fc.constantFrom(
      null,
      { kind: 'link', id: 'x' } as const,
      { kind: 'create' } as const,
      { kind: 'delete' } as const,
      { kind: 'keep' } as const,
    ),
    recentWrites: fc.array(
      fc.record({ field: fc.constantFrom('vow', 'city'), side: fc.constantFrom(...sides), newValue: anyValue }),
    ),
  });

  test('never fails, is the same each time, and leaves alone what it was made from', () => {
    holdsAlways(
      fc.property(anyInput, (input) => {
        const before = structuredClone({ ...input, pair: null });
        const first = plan(deepFrozen(input));
        expect(plan(input)).toEqual(first);
        expect({ ...input, pair: null }).toEqual(before);
      }),
    );
  });

  test('is settled by being carried out, whatever the values are', () => {
    holdsAlways(
      fc.property(anyRecord('master'), anyRecord('replica'), (master, replica) => {
        const given = { base: noBase, master, replica };
        const after = carriedOut(given, planOf(given));
        const differing = people.fields.filter(({ name }) => name !== 'rank').filter((field) => differs(field, after));
        expect(differing.map(({ name }) => name)).toEqual([]);
      }),
    );
  });
});

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFrozen);
  }
  return value;
}
