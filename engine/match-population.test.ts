import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asReplica, people } from '../test/support/people.ts';
import { holdsAlways } from '../test/support/property.ts';
import { matchIdentity } from './identity.ts';
import { type LoneOutcome, loneRecordOf, matchPopulations, PopulationIndex } from './match-population.ts';
import type { PairDefinition } from './pair.ts';
import { type Attributes, otherSide, type Side, sides } from './values.ts';

const pair: PairDefinition = { ...people, marker: 'their_master' };

/** By field names, as in the master. */
interface Person extends Attributes {
  readonly id: string;
}
const attributesOn = (side: Side, { id: _id, ...values }: Person): Attributes =>
  side === 'master' ? values : asReplica(values);
const lone = (side: Side, persons: readonly Person[]) =>
  persons.map((person) => loneRecordOf(pair, side, person.id, attributesOn(side, person)));
const outcomes = (master: readonly Person[], replica: readonly Person[]): LoneOutcome[] =>
  matchPopulations(pair, { master: lone('master', master), replica: lone('replica', replica) });

const meier = { surname: 'Meier', born: '2001-01-05' };

describe('two populations without partners', () => {
  test('become couples where one record of each has the strong key', () => {
    const master = [
      { id: 'm1', account: '17' },
      { id: 'm2', account: '18' },
    ];
    const replica = [
      { id: 'r1', account: '18' },
      { id: 'r2', ...meier },
    ];
    expect(outcomes(master, replica)).toEqual([
      { kind: 'link', masterId: 'm2', replicaId: 'r1', by: 'account' },
      { kind: 'alone', side: 'master', id: 'm1' },
      { kind: 'alone', side: 'replica', id: 'r2' },
    ]);
  });

  test('become couples by the number that the master names, whatever else is alike', () => {
    const replica = [
      { id: 'r1', account: '17' },
      { id: 'r2', account: '18' },
    ];
    expect(outcomes([{ id: 'm1', account: '17', number: 'r2' }], replica)).toEqual([
      { kind: 'link', masterId: 'm1', replicaId: 'r2', by: 'number' },
      { kind: 'alone', side: 'replica', id: 'r1' },
    ]);
  });

  test('become couples by the mark that a creation of ours has left', () => {
    expect(outcomes([{ id: 'm1' }], [{ id: 'r1', master: 'm1' }])).toMatchObject([
      { kind: 'link', masterId: 'm1', replicaId: 'r1' },
    ]);
  });

  test('leave a master that names a record which is not among them to be found out about', () => {
    expect(outcomes([{ id: 'm1', number: '99' }], [])).toEqual([{ kind: 'named', masterId: 'm1', replicaId: '99' }]);
  });

  test('are asked about where several masters name one record', () => {
    const copied = [
      { id: 'm1', number: 'r1' },
      { id: 'm2', number: 'r1' },
    ];
    expect(outcomes(copied, [{ id: 'r1' }])).toEqual([
      { kind: 'ambiguous', side: 'master', id: 'm1', candidates: ['r1'], by: ['number'] },
      { kind: 'ambiguous', side: 'master', id: 'm2', candidates: ['r1'], by: ['number'] },
    ]);
  });

  test('are asked about where a strong key is not unique on either side', () => {
    const two = [
      { id: 'm1', account: '17' },
      { id: 'm2', account: '17' },
    ];
    expect(outcomes(two, [{ id: 'r1', account: '17' }])).toEqual([
      { kind: 'ambiguous', side: 'master', id: 'm1', candidates: ['r1'], by: ['account'] },
      { kind: 'ambiguous', side: 'master', id: 'm2', candidates: ['r1'], by: ['account'] },
      { kind: 'ambiguous', side: 'replica', id: 'r1', candidates: ['m1', 'm2'], by: ['account'] },
    ]);
  });

  test('are asked about where only a weak key matches', () => {
    expect(outcomes([{ id: 'm1', ...meier }], [{ id: 'r1', ...meier }])).toMatchObject([
      { kind: 'ambiguous', side: 'master', by: ['surname and birthday'] },
      { kind: 'ambiguous', side: 'replica', by: ['surname and birthday'] },
    ]);
  });
});

const value = (...values: string[]) => fc.constantFrom(null, '', ...values);
const population = (letter: string) =>
  fc
    .array(
      fc.record({
        account: value('17', '18', ' 17'),
        surname: value('Meier', 'MEIER', 'Müller'),
        born: value('2001-01-05', '1980-02-29'),
        number: value('r0', 'r1', 'r9'),
        master: value('m0', 'm1', 'm9'),
      }),
      { maxLength: 8 },
    )
    .map((persons) => persons.map((person, place) => ({ id: `${letter}${place}`, ...person })));
const populations = fc.record({ master: population('m'), replica: population('r') });

const naming = { master: 'number', replica: 'their_master' };

describe('however the records look', () => {
  test('each finds through the index whom comparing with every single one finds', () => {
    holdsAlways(
      fc.property(populations, (given) => {
        for (const side of sides) {
          const other = otherSide(side);
          const index = new PopulationIndex(pair, lone(other, given[other]));
          for (const [place, record] of lone(side, given[side]).entries()) {
            const person = given[side][place]!;
            const candidates = given[other].map((candidate) => {
              const attributes = attributesOn(other, candidate);
              return { id: candidate.id, attributes, namesPartner: attributes[naming[other]] === record.id };
            });
            const { by: _by, ...found } = { by: [], ...index.match(record) };
            const ids = 'ids' in found ? { ids: [...found.ids].sort() } : {};
            expect({ ...found, ...ids }).toEqual(matchIdentity(pair, other, attributesOn(side, person), candidates));
          }
        }
      }),
    );
  });

  test('each has exactly one outcome, and nobody becomes part of two couples', () => {
    holdsAlways(
      fc.property(populations, ({ master, replica }) => {
        const all = outcomes(master, replica);
        const links = all.filter((outcome) => outcome.kind === 'link');
        const told = all.flatMap((outcome) => {
          if (outcome.kind === 'link') return [outcome.masterId, outcome.replicaId];
          return [outcome.kind === 'named' ? outcome.masterId : outcome.id];
        });
        expect(new Set(links.map(({ masterId }) => masterId)).size).toBe(links.length);
        expect(new Set(links.map(({ replicaId }) => replicaId)).size).toBe(links.length);
        const asked = all.flatMap((outcome) => (outcome.kind === 'ambiguous' ? outcome.candidates : []));
        // Whoever a question is about is told of with it.
        expect(new Set([...told, ...asked])).toEqual(new Set([...master, ...replica].map(({ id }) => id)));
        expect(new Set(told).size).toBe(told.length);
      }),
    );
  });

  test('a couple is linked by keys only if its replica would not find another partner without this one', () => {
    holdsAlways(
      fc.property(populations, ({ master, replica }) => {
        for (const outcome of outcomes(master, replica)) {
          if (outcome.kind !== 'link' || master.some(({ number }) => number === outcome.replicaId)) continue;
          const others = master.filter(({ id, number }) => id !== outcome.masterId && number === null);
          const rivals = outcomes(others, replica).filter(
            (one) => one.kind === 'link' && one.replicaId === outcome.replicaId,
          );
          expect(rivals).toEqual([]);
        }
      }),
    );
  });
});
