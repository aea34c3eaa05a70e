import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { CensusRun, NewCensus } from '../../store/census-runs.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { begin, carryOn, dealWithInbox, found, walk } from '../../test/support/census.ts';
import { openInMemory } from '../../test/support/embedded.ts';
import { Offices } from '../../test/support/offices.ts';
import { beginNightlyCensus } from './begin-nightly-census.ts';

let database: OpenDatabase;
let offices: Offices;
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  offices = await Offices.open({ database });
});
afterEach(() => offices.close());

let nights = 0;
/** The walk that a Schedule begins, and whatever follows from it. */
async function night(): Promise<CensusRun> {
  nights += 1;
  const id = `00000000-0000-4000-8000-${String(nights).padStart(12, '0')}`;
  expect(await beginNightlyCensus(offices.deps, offices.pair.name, id)).toBe(id);
  const run = await carryOn(offices, await found(offices, { id }));
  await dealWithInbox(offices);
  return run;
}
const living = () => [offices.living('master').length, offices.living('replica').length];

describe('a walk of a night that another walk keeps from beginning', () => {
  const leftOut = 'The census of the night was left out, because a walk over the pair is paused';
  const nightly = () => beginNightlyCensus(offices.deps, offices.pair.name, '00000000-0000-4000-8000-999999999999');

  test('is told of if that one is paused: nobody else would say that the nights are left out', async () => {
    const { id } = await begin(offices);
    expect([await nightly(), offices.problems]).toEqual([null, []]);
    await offices.deps.censusRuns.pause(id);
    expect([await nightly(), offices.problems]).toEqual([null, [leftOut]]);
  });
});

describe('a pair that nobody has imported', () => {
  beforeEach(() => {
    offices.crm.master.create('Contact', { lastName: 'Meier' });
    offices.crm.replica.create('Contact', { lastName: 'Schulze' });
  });

  test('is not imported by the walk of a night, which only counts what has no partner', async () => {
    expect(await night()).toMatchObject({
      mode: 'couples',
      state: 'done',
      handedOver: 0,
      counts: { master: { seen: 1, unlinked: 1 }, replica: { seen: 1, unlinked: 1 } },
    });
    await night();
    expect(living()).toEqual([1, 1]);
  });

  test('has its couples looked after all the same: edits that nobody has told, and deletions', async () => {
    const edited = await offices.linked({ lastName: 'Kurz' });
    const deleted = await offices.linked({ lastName: 'Lang' });
    offices.crm.master.silentUpdate('Contact', edited.id, { lastName: 'Kürz' });
    offices.crm.master.remove('Contact', deleted.id);
    await night();
    expect(offices.read('replica', edited.twin)?.['lastName']).toBe('Kürz');
    expect(offices.living('replica').map(({ id }) => id)).not.toContain(deleted.twin);
    expect(living()).toEqual([2, 2]);
  });

  test('stays so after somebody has only looked at what an import would do', async () => {
    await walk(offices, { mode: 'backfill', dryRun: true });
    expect(await night()).toMatchObject({ mode: 'couples' });
    expect(living()).toEqual([1, 1]);
  });

  test.each<Partial<NewCensus>>([{ mode: 'backfill' }, { mode: 'census' }, { mode: 'rebuild' }])(
    'is walked over as a whole from the night on after somebody has begun $mode',
    async (wanted) => {
      const { id } = await begin(offices, wanted);
      await offices.deps.censusRuns.cancel(id, offices.now());
      expect(await night()).toMatchObject({ mode: 'census' });
      expect(living()).toEqual([2, 2]);
    },
  );
});
