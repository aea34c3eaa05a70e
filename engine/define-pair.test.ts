import { describe, expect, test } from '@jest/globals';
import { beteiligte, ignoredByAdvoware } from '../mappers/beteiligte.ts';
import { type Codec, text } from './codec.ts';
import { definePair, field, InvalidPair, type PairSpec, strong, weak } from './define-pair.ts';
import type { DeletePolicy } from './deletion.ts';
import type { Direction, PairDefinition } from './pair.ts';
import { askPerson, combined, masterWins, newestWins, type Policy, replicaWins } from './policy.ts';

const shared = {
  name: 'towns',
  master: { system: 'Left', entity: 'Town' },
  replica: { system: 'Right', entity: 'Place' },
  groups: { all: masterWins, theirs: replicaWins },
  status: {
    replicaId: 'number',
    replicaVersion: 'rowId',
    lastSync: 'lastSync',
    state: 'state',
    attempts: 'attempts',
    message: 'message',
  },
  states: {
    clean: 'clean',
    failed: 'failed',
    permanently_failed: 'permanently failed',
    conflict: 'conflict',
    deleted_in_replica: 'deleted',
  },
} as const;
const fields = {
  town: field('town', 'place', text(), { group: 'all', required: true }),
  river: field('river', 'water', text(), { group: 'theirs', direction: 'toReplica' }),
};
const towns = definePair({ ...shared, fields });

type AnySpec = PairSpec<Record<string, Policy>, Record<string, ReturnType<typeof field<string, string, string>>>>;
/** What is said of the pair once this is changed; the types would have caught some of it. */
function problemsWith(change: Partial<AnySpec>): readonly string[] {
  try {
    definePair<Record<string, Policy>, AnySpec['fields']>({ ...shared, fields, ...change });
    return [];
  } catch (error) {
    if (!(error instanceof InvalidPair)) throw error;
    return error.message.split('\n').slice(1);
  }
}
const row = (master: string, replica: string, codec: Codec = text()) => field(master, replica, codec, { group: 'all' });

describe('whatever is left out has the default that loses least', () => {
  test('the master decides, nothing is deleted unasked, both sides get missing records', () => {
    expect(towns).toMatchObject({
      name: 'towns',
      title: { master: { system: 'Left', entity: 'Town' }, replica: { system: 'Right', entity: 'Place' } },
      groups: { all: { kind: 'master' }, theirs: { kind: 'replica' } },
      firstSync: { kind: 'master' },
      identity: [],
      marker: null,
      createOn: ['master', 'replica'],
      deletion: {
        of: { master: { kind: 'ask' }, replica: { kind: 'ask' } },
        whenEdited: 'restore',
        budget: { windowMs: 3_600_000, least: 10, share: 0.01 },
      },
      loop: { windowMs: 3_600_000, returns: 6 },
      status: shared.status,
      states: shared.states,
    });
  });

  test('a field goes both ways, may be empty, and is taken by both sides', () => {
    expect(definePair({ ...shared, fields: { town: row('town', 'place') } }).fields).toEqual([
      {
        name: 'town',
        attribute: { master: 'town', replica: 'place' },
        codec: expect.objectContaining({ kind: 'text' }),
        group: 'all',
        direction: 'both',
        required: false,
        readOnlyOn: [],
      },
    ]);
  });

  test('what is said counts, and what is said in part is completed', () => {
    const pair = definePair({
      ...shared,
      fields,
      firstSync: askPerson,
      identity: [strong('name', ['town']), weak('place', ['town', 'river'])],
      ignored: { master: ['town'], replica: ['water', 'place'] },
      marker: 'reference',
      createOn: ['replica'],
      whenPartnerDeleted: { replica: { kind: 'unlink' } },
      whenEditedAndDeleted: 'delete',
      deletionBudget: { least: 3 },
      loopLimit: { returns: 2 },
    });
    expect(pair).toMatchObject({
      fields: [
        { name: 'town', required: true, direction: 'both', readOnlyOn: ['master', 'replica'] },
        { name: 'river', required: false, direction: 'toReplica', group: 'theirs', readOnlyOn: ['replica'] },
      ],
      firstSync: { kind: 'manual' },
      identity: [
        { name: 'name', fields: ['town'], strength: 'strong' },
        { name: 'place', fields: ['town', 'river'], strength: 'weak' },
      ],
      marker: 'reference',
      createOn: ['replica'],
      deletion: {
        of: { master: { kind: 'ask' }, replica: { kind: 'unlink' } },
        whenEdited: 'delete',
        budget: { windowMs: 3_600_000, least: 3, share: 0.01 },
      },
      loop: { windowMs: 3_600_000, returns: 2 },
    });
  });
});

describe('a pair that can not be right is refused at start-up', () => {
  test('with a name, a code, and one line for each problem', () => {
    const refused = () => definePair({ ...shared, fields: { one: row('town', 'place'), two: row('town', 'place') } });
    expect(refused).toThrow(InvalidPair);
    expect(refused).toThrow(
      expect.objectContaining({
        name: 'InvalidPair',
        code: 'invalid_pair',
        message: `The pair "towns" can't be right:
  - two fields are mapped onto Left.town
  - two fields are mapped onto Right.place`,
      }),
    );
  });

  test('nothing is mapped', () => {
    expect(problemsWith({ fields: {} })).toEqual(['  - no field is mapped']);
  });

  test('fields share an attribute: it is told once', () => {
    const three = { a: row('town', 'a'), b: row('town', 'b'), c: row('town', 'c') };
    expect(problemsWith({ fields: three })).toEqual(['  - two fields are mapped onto Left.town']);
  });

  test('a status attribute is mapped too', () => {
    expect(problemsWith({ fields: { ...fields, row: row('rowId', 'their_row') } })).toEqual([
      "  - rowId is a status attribute and can't be mapped too",
    ]);
    expect(problemsWith({ fields: { ...fields, row: row('row', 'rowId') } })).toEqual([]);
  });

  test('the marker is mapped too', () => {
    expect(problemsWith({ marker: 'water' })).toEqual(["  - water is the marker and can't be mapped too"]);
    expect(problemsWith({ marker: 'river' })).toEqual([]);
  });

  test('an attribute is to hold two parts of the status', () => {
    expect(problemsWith({ status: { ...shared.status, message: 'state' } })).toEqual([
      '  - state is to hold two parts of the status',
    ]);
  });

  test('a codec does not bring back its examples', () => {
    const plain = text();
    const lossy: Codec = { ...plain, toCanonical: { ...plain.toCanonical, replica: () => 'x' } };
    expect(problemsWith({ fields: { ...fields, lake: row('lake', 'lake', lossy) } })).toEqual([
      '  - lake: null does not come back from the replica',
      '  - lake: "Müller" does not come back from the replica',
      '  - lake: "GmbH & Co. KG" does not come back from the replica',
    ]);
    const otherWay: Codec = { ...plain, fromCanonical: { ...plain.fromCanonical, master: () => 'x' }, examples: ['y'] };
    expect(problemsWith({ fields: { ...fields, lake: row('lake', 'lake', otherWay) } })).toEqual([
      '  - lake: "y" does not come back from the master',
    ]);
  });

  test('a group has no policy', () => {
    expect(problemsWith({ groups: { all: masterWins } })).toEqual([
      '  - river is in the group theirs, which has no policy',
    ]);
  });

  test('a policy is unknown, or its tolerance is no time', () => {
    const unknown = { kind: 'loudest' } as unknown as Policy;
    const there = 'there are master, replica, newest, manual, combine';
    expect(problemsWith({ groups: { ...shared.groups, more: unknown }, firstSync: unknown })).toEqual([
      `  - more has the unknown policy loudest; ${there}`,
      `  - the first sync has the unknown policy loudest; ${there}`,
    ]);
    const tolerating = (toleranceMs: number) => problemsWith({ firstSync: newestWins({ toleranceMs }) });
    expect(tolerating(-1)).toEqual([`  - the first sync: the tolerance of "newest" can't be less than nothing`]);
    expect(tolerating(Number.NaN)).toHaveLength(1);
    expect(tolerating(0)).toEqual([]);
  });

  test('a function makes of two values what does not come back, or something else each time', () => {
    const withFunction = (policy: Policy, codec?: Codec) =>
      problemsWith({ groups: { ...shared.groups, all: policy }, fields: { town: row('town', 'place', codec) } });
    const problem = [`  - town: what "f" makes of two values does not come back from both sides`];
    expect(withFunction(combined('f', () => ' x '))).toEqual(problem);
    let calls = 0;
    expect(withFunction(combined('f', () => `call ${(calls += 1)}`))).toEqual(problem);
    const onlyHere = (side: 'master' | 'replica'): Codec => ({
      ...text(),
      toCanonical: { ...text().toCanonical, [side]: (raw: string | null) => (raw === 'x' ? 'y' : raw) },
    });
    const made = combined('f', ({ values }) => (values.master === 'Müller' && values.replica === null ? 'x' : null));
    expect(withFunction(made)).toEqual([]);
    expect(withFunction(made, onlyHere('master'))).toEqual(problem);
    expect(withFunction(made, onlyHere('replica'))).toEqual(problem);
    expect(withFunction(combined('f', ({ base }) => (base === undefined ? 'x' : ' ')))).toEqual([]);
  });

  test('a key names no field, or one that there is not', () => {
    expect(problemsWith({ identity: [strong('passport', ['passport', 'town']), weak('nothing', [])] })).toEqual([
      '  - passport names the unknown field passport',
      '  - nothing names no field',
    ]);
  });

  test('a direction is unknown', () => {
    const sideways = { ...row('lake', 'lake'), direction: 'sideways' as unknown as Direction };
    expect(problemsWith({ fields: { ...fields, lake: sideways } })).toEqual([
      '  - lake has the unknown direction sideways; there are both, toReplica, toMaster',
    ]);
    const toMaster = field('lake', 'lake', text(), { group: 'all', direction: 'toMaster' });
    expect(problemsWith({ fields: { ...fields, lake: toMaster } })).toEqual([]);
  });

  test('a deletion policy is unknown', () => {
    const shred = { kind: 'shred' } as unknown as DeletePolicy;
    expect(problemsWith({ whenPartnerDeleted: { replica: shred } })).toEqual([
      '  - the deletion policy shred is unknown; there are delete, archive, unlink, ask',
    ]);
    for (const kind of ['delete', 'unlink', 'ask'] as const) {
      expect(problemsWith({ whenPartnerDeleted: { master: { kind }, replica: { kind } } })).toEqual([]);
    }
  });

  test('archiving sets nothing, or what is mapped, or the status', () => {
    const archiving = (side: 'master' | 'replica', ...names: string[]) => {
      const attributes = Object.fromEntries(names.map((name) => [name, true]));
      return problemsWith({ whenPartnerDeleted: { [side]: { kind: 'archive', attributes } } });
    };
    expect(archiving('replica')).toEqual(['  - archiving in Right sets no attribute']);
    expect(archiving('master', 'archived')).toEqual([]);
    expect(archiving('master', 'archived', 'town')).toEqual(["  - town is mapped, so archiving can't set it"]);
    expect(archiving('master', 'state')).toEqual(["  - state is mapped, so archiving can't set it"]);
    expect(archiving('replica', 'water')).toEqual(["  - water is mapped, so archiving can't set it"]);
    expect(archiving('replica', 'town', 'state')).toEqual([]);
  });

  test.each([{ windowMs: 0 }, { windowMs: Number.NaN }, { least: -1 }, { share: -0.01 }, { share: 1.01 }])(
    'a deletion budget is none: %o',
    (deletionBudget) => {
      expect(problemsWith({ deletionBudget })).toEqual([
        '  - the deletion budget needs a window, a least number from 0 and a share from 0 to 1',
      ]);
    },
  );

  test.each([{ windowMs: 0 }, { returns: 0 }, { returns: Number.NaN }])('a loop limit is none: %o', (loopLimit) => {
    expect(problemsWith({ loopLimit })).toEqual(['  - the loop limit needs a window and at least one return']);
  });

  test('the least that limits may be is fine', () => {
    const deletionBudget = { windowMs: 1, least: 0, share: 0 };
    expect(problemsWith({ deletionBudget, loopLimit: { windowMs: 1, returns: 1 } })).toEqual([]);
    expect(problemsWith({ deletionBudget: { share: 1 } })).toEqual([]);
  });

  test('an attribute is said to be ignored, but is not mapped on that side', () => {
    expect(problemsWith({ ignored: { master: ['place'], replica: ['place', 'lake'] } })).toEqual([
      '  - place is said to be ignored by Left, but is not mapped',
      '  - lake is said to be ignored by Right, but is not mapped',
    ]);
  });

  test('two keys of one name, and an edit that leads to something else than restoring or deleting', () => {
    const identity = [strong('tax number', ['town']), weak('tax number', ['river'])];
    expect(problemsWith({ identity })).toEqual(['  - two keys are called tax number']);
    const whenEditedAndDeleted = 'shrug' as unknown as 'restore';
    expect(problemsWith({ whenEditedAndDeleted })).toEqual([
      '  - an edit of a record whose partner was deleted leads to restore or delete, not to shrug',
    ]);
  });

  test('everything that is wrong is told at once', () => {
    const problems = problemsWith({
      fields: { ...fields, lake: row('town', 'rowId') },
      groups: { all: masterWins },
      identity: [strong('passport', ['passport'])],
      loopLimit: { returns: 0 },
      ignored: { replica: ['sea'] },
    });
    expect(problems).toHaveLength(5);
  });
});

describe('the types know the table', () => {
  type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;
  type NamesOf<Pair> = Pair extends PairDefinition<infer Name, infer M, infer R> ? [Name, M, R] : never;

  test('the names of the fields and of the attributes of both sides', () => {
    const inferred: Same<NamesOf<typeof towns>, ['town' | 'river', 'town' | 'river', 'place' | 'water']> = true;
    const known: 'place' | 'water' | undefined = towns.fields[0]?.attribute.replica;
    expect([inferred, known]).toEqual([true, 'place']);
  });

  test('no group without a policy', () => {
    const refused = () =>
      definePair({
        ...shared,
        // @ts-expect-error there is no group "nobody"
        fields: { town: field('town', 'place', text(), { group: 'nobody' }) },
      });
    expect(refused).toThrow('town is in the group nobody, which has no policy');
  });

  test('no key with a field that there is not', () => {
    const refused = () =>
      definePair({
        ...shared,
        fields,
        // @ts-expect-error there is no field "passport"
        identity: [strong('passport', ['passport'])],
      });
    expect(refused).toThrow('passport names the unknown field passport');
  });

  test('no attribute that there is not', () => {
    const attribute = towns.fields[1]!.attribute.master;
    // @ts-expect-error no field of the master is called "water"
    expect(attribute === 'water').toBe(false);
  });

  test('no policy without its parts', () => {
    // @ts-expect-error archiving has to say what it sets
    const archive: DeletePolicy = { kind: 'archive' };
    expect(archive.kind).toBe('archive');
  });
});

test('the parties of a firm: fourteen fields, of which Advoware takes eight', () => {
  const { fields: mapped } = beteiligte({ readOnlyInAdvoware: ignoredByAdvoware });
  const taken = mapped.filter(({ readOnlyOn }) => readOnlyOn.length === 0);
  expect([mapped.length, taken.length]).toEqual([14, 8]);
});
