import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asReplica, inMaster, inReplica, people } from '../test/support/people.ts';
import { attributesFor, type Plan, plan } from './plan.ts';
import type { Base } from './snapshot.ts';
import type { Attributes } from './values.ts';

const word = fc.constantFrom(null, '', 'a', 'b', ' a ', 'ü', 'u\u0308');
const valuesOf = (name: string) => {
  if (name === 'born') return fc.constantFrom(null, '2001-01-05', '1980-02-29');
  if (name === 'salutation') return fc.constantFrom(null, 'Mr.', 'Ms.', 'Herr', 'Frau', 'Dr.');
  return word;
};
const record = fc.record(Object.fromEntries(people.fields.map(({ name }) => [name, valuesOf(name)])));

const planOf = (base: Base, master: Attributes, replica: Attributes): Plan & { kind: 'merge' } => {
  const result = plan({
    pair: people,
    base,
    remembered: { replicaVersion: null, lastSync: null },
    seen: {
      master: { kind: 'present', record: inMaster(master) },
      replica: { kind: 'present', record: inReplica(replica) },
    },
  });
  if (result.kind !== 'merge') throw new Error('both sides are present');
  return result;
};

interface Scene {
  readonly base: Base;
  readonly master: Attributes;
  readonly replica: Attributes;
}
const scene: fc.Arbitrary<Scene> = fc
  .tuple(record, record, record, fc.boolean())
  .map(([agreed, master, replica, known]) => ({
    base: known ? { master: agreed, replica: asReplica(agreed) } : { master: {}, replica: {} },
    master,
    replica,
  }));

/** What both sides hold after the plan's writes, as records of the pair. */
function carriedOut({ master, replica }: Scene, { writes }: Plan & { kind: 'merge' }) {
  const replicaAfter = { ...asReplica(replica), ...attributesFor('replica', writes) };
  return {
    master: { ...master, ...attributesFor('master', writes) },
    replica: Object.fromEntries(
      Object.entries(replicaAfter).map(([name, value]) => [name.replace('their_', ''), value]),
    ),
  };
}

test('I9: once a plan is carried out, planning again writes nothing', () => {
  fc.assert(
    fc.property(scene, (given) => {
      const after = carriedOut(given, planOf(given.base, given.master, given.replica));
      const base = { master: after.master, replica: asReplica(after.replica) };
      expect(planOf(base, after.master, after.replica)).toMatchObject({ verdict: 'no_change', writes: [] });
    }),
  );
});

test('I1: after the writes every field is equal, or known not to land, or was left as agreed', () => {
  fc.assert(
    fc.property(scene, (given) => {
      const first = planOf(given.base, given.master, given.replica);
      const after = carriedOut(given, first);
      const stranded = new Set(first.stranded.map(({ field }) => field));
      for (const field of people.fields.filter(({ name }) => !stranded.has(name))) {
        const left = field.codec.toCanonical.master(after.master[field.name] ?? null);
        const right = field.codec.toCanonical.replica(after.replica[field.name] ?? null);
        const neitherMoved = given.master[field.name] === after.master[field.name];
        if (left !== right)
          expect({ field: field.name, neitherMoved }).toEqual({ field: field.name, neitherMoved: true });
      }
    }),
  );
});

test('I3: every overwritten edit is either the same value or stands in the plan as the loser', () => {
  fc.assert(
    fc.property(scene, (given) => {
      for (const write of planOf(given.base, given.master, given.replica).writes) {
        const field = people.fields.find(({ name }) => name === write.field)!;
        const canonical = field.codec.toCanonical[write.side];
        const known = given.base[write.side][write.attribute];
        const wasEdited = known === undefined || canonical(known) !== canonical(write.oldValue);
        if (wasEdited && canonical(write.oldValue) !== null) {
          expect({ field: write.field, losing: write.losingValue }).toEqual({
            field: write.field,
            losing: write.oldValue,
          });
        }
      }
    }),
  );
});

test("the master's edit of a contested field always wins under the master policy", () => {
  fc.assert(
    fc.property(scene, (given) => {
      const { writes } = planOf(given.base, given.master, given.replica);
      const towardsMaster = writes.filter(({ side, field }) => side === 'master' && field === 'city');
      for (const write of towardsMaster) {
        expect(['only_replica_changed', 'first_sync_fill']).toContain(write.rule);
      }
    }),
  );
});

test('a plan never writes a field onto a side that does not take it', () => {
  fc.assert(
    fc.property(scene, (given) => {
      const { writes } = planOf(given.base, given.master, given.replica);
      expect(writes.filter(({ field, side }) => field === 'rank' && side === 'replica')).toEqual([]);
    }),
  );
});
