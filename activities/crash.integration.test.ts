import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { OpenDatabase } from '../store/database.ts';
import { openInMemory } from '../test/support/embedded.ts';
import { Crash, type CrashPoint, dyingAt } from '../test/support/crash.ts';
import { type House, openHouse } from '../test/support/house.ts';
import { reconcile } from './reconcile.ts';

const meier = { lastName: 'Meier', firstName: 'Anna', dateOfBirth: '2001-01-05' };

interface Scene {
  readonly name: string;
  /** Advoware can be searched in this scene. */
  readonly search?: readonly string[];
  readonly trigger?: 'person';
  /** @returns the CRM's id of the record that is then looked at */
  readonly prepare: (house: House) => Promise<string>;
}

const scenes: readonly Scene[] = [
  {
    name: 'a creation, in a system that can be searched',
    search: ['name', 'vorname'],
    prepare: (house) => Promise.resolve(house.crm.create('CBeteiligte', meier).id),
  },
  {
    name: 'an edit in the CRM',
    prepare: async (house) => {
      const { id } = await house.linked(meier);
      house.crm.update('CBeteiligte', id, { lastName: 'Maier' });
      return id;
    },
  },
  {
    name: 'an edit in Advoware',
    trigger: 'person',
    prepare: async (house) => {
      const { id, betNr } = await house.linked(meier);
      house.firm.update(betNr, { vorname: 'Anne' });
      return id;
    },
  },
  {
    name: 'edits of different fields',
    prepare: async (house) => {
      const { id, betNr } = await house.linked(meier);
      house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
      house.firm.update(betNr, { vorname: 'Anne' });
      return id;
    },
  },
  {
    name: 'edits of the same field',
    prepare: async (house) => {
      const { id, betNr } = await house.linked(meier);
      house.crm.update('CBeteiligte', id, { lastName: 'Maier', titel: 'Dr.' });
      house.firm.update(betNr, { name: 'Mayer', vorname: 'Anne' });
      return id;
    },
  },
];

let database: OpenDatabase;
let house: House;
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
afterEach(() => house.close());

/** What everybody can see afterwards; ids, times and versions differ from run to run. */
async function endState(id: string) {
  const crm = house.crm.record('CBeteiligte', id)!;
  const parties = house.firm.records();
  const losers = (await house.ledger()).filter(({ losingValue, state }) => losingValue !== null && state !== 'dropped');
  return {
    crm: [crm['lastName'], crm['firstName'], crm['titel'], crm['syncStatus'], crm['syncErrorMessage']],
    firm: parties.map(({ name, vorname, titel, geburtsdatum }) => [name, vorname, titel, geburtsdatum]),
    linked: crm['betnr'] === String(parties[0]?.betNr) && crm['advowareRowId'] === parties[0]?.rowId,
    losers: losers.map(({ field, losingValue }) => [field, losingValue]),
    open: (await house.ledger()).filter(({ state }) => state === 'planned').length,
    states: (await house.links()).map(({ state, failure }) => [state, failure]),
  };
}

async function lookWith(id: string, point: CrashPoint | null): Promise<number> {
  const dying = dyingAt(house.deps, point);
  const attempt = {
    owner: `sync/beteiligte/${id}`,
    token: `first/${JSON.stringify(point)}`,
    signal: new AbortController().signal,
    leaseMs: 60_000,
    isOurs: () => true,
  };
  const look = reconcile(dying.deps, { pair: 'beteiligte', key: id }, attempt);
  await (point === null ? look : expect(look).rejects.toThrow(Crash));
  return dying.calls();
}

async function prepared({ search, trigger, prepare }: Scene): Promise<string> {
  house = await openHouse({ database, firm: { ...(search !== undefined && { search }) } });
  const id = await prepare(house);
  await house.hint('master', id, trigger);
  return id;
}

describe.each(scenes)('I8: dying at any line of a pass, the next look leads to the same end: $name', (scene) => {
  test('at every call to the store and to a system, before and after it took effect', async () => {
    const untouched = await prepared(scene);
    const calls = await lookWith(untouched, null);
    const expected = await endState(untouched);
    expect(expected).toMatchObject({ linked: true, open: 0, states: [['linked', null]] });
    expect(calls).toBeGreaterThan(5);

    for (let call = 1; call <= calls; call += 1) {
      for (const moment of ['before', 'after'] as const) {
        await house.close();
        const id = await prepared(scene);
        await lookWith(id, { call, moment });
        for (let look = await house.pass(id); look.again; look = await house.pass(id));
        expect({ call, moment, ...(await endState(id)) }).toEqual({ call, moment, ...expected });
        expect((await house.sync(id, 'person')).fields).toEqual([]);
      }
    }
  });
});

test('where Advoware cannot be searched, a creation of unknown fate is asked about and never repeated', async () => {
  const id = await prepared({ name: '', prepare: (here) => Promise.resolve(here.crm.create('CBeteiligte', meier).id) });
  const calls = await lookWith(id, null);
  const outcomes = new Map<string, number>();
  for (let call = 1; call <= calls; call += 1) {
    for (const moment of ['before', 'after'] as const) {
      await house.close();
      const again = await prepared({
        name: '',
        prepare: (here) => Promise.resolve(here.crm.create('CBeteiligte', meier).id),
      });
      await lookWith(again, { call, moment });
      const { outcome } = await house.pass(again);
      outcomes.set(outcome.kind, (outcomes.get(outcome.kind) ?? 0) + 1);
      if (outcome.kind === 'parked') {
        expect(outcome.code).toBe('maybe_created');
        const made = house.firm.records()[0] ?? house.firm.create({ name: 'Meier', vorname: 'Anna' });
        house.crm.update('CBeteiligte', again, { betnr: String(made.betNr) });
        expect((await house.sync(again)).outcome.kind).toBe('done');
      }
      expect(house.firm.records()).toHaveLength(1);
      expect(house.crm.record('CBeteiligte', again)).toMatchObject({
        syncStatus: 'clean',
        betnr: String(house.firm.records()[0]!.betNr),
      });
    }
  }
  expect(outcomes.get('parked')).toBeGreaterThan(0);
  expect(outcomes.get('done')).toBeGreaterThan(0);
});
