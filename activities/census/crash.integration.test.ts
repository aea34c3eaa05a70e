import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { type Side, sides } from '../../engine/values.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { openInMemory } from '../../test/support/embedded.ts';
import { hints } from '../../store/schema.ts';
import { begin, carryOn, dealWithInbox, step, walk, type Walked, withPagesOf } from '../../test/support/census.ts';
import { Crash, type CrashPoint, dyingAt } from '../../test/support/crash.ts';
import { Offices } from '../../test/support/offices.ts';

let database: OpenDatabase;
let offices: Offices;
let walked: Walked;
let ids: readonly string[];
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  offices = await Offices.open({ database });
  walked = withPagesOf(offices, 2);
  ids = [1, 2, 3].map((index) => offices.crm.master.create('Contact', { lastName: `Person ${index}` }).id);
  await walk(walked, { mode: 'backfill' });
});
afterEach(() => offices.close());

const listed = (mark: Readonly<Record<Side, number>>): number =>
  sides.reduce(
    (sum, side) => sum + offices.crm[side].requests.count({ since: mark[side], method: 'GET', path: /\/Contact$/ }),
    0,
  );

/** A walk in a process that dies at the point, carried on by another one. */
async function walkDying(city: string, point: CrashPoint | null) {
  await database.db.execute(sql`truncate census_runs, sightings cascade`);
  offices.crm.master.silentUpdate('Contact', ids[0]!, { addressCity: city });
  const mark = offices.mark();
  const run = await begin(walked);
  const { deps, calls } = dyingAt(walked.deps, point);
  const died = await untilItDies({ ...walked, deps }, run);
  const { state, counts, handedOver } = died
    ? await carryOn(walked, run)
    : (await walked.deps.censusRuns.find(run.id))!;
  await dealWithInbox(walked);
  const [couple] = (await offices.stored().links()).filter(({ masterId }) => masterId === ids[0]);
  return {
    calls: calls(),
    requests: listed(mark),
    end: {
      died,
      state,
      counts,
      handedOver,
      left: await database.db.select().from(hints),
      shown: offices.read('replica', couple!.replicaId!)?.['addressCity'] === city,
    },
  };
}

async function untilItDies(dying: Walked, run: { readonly id: string; readonly pair: string }): Promise<boolean> {
  for (;;) {
    try {
      const { kind } = await step(dying, run);
      if (kind === 'ended') return false;
      if (kind === 'wait') await dealWithInbox(walked);
    } catch (error) {
      if (error instanceof Crash) return true;
      throw error;
    }
  }
}

test('a process that dies at any call of a walk: another one comes to the same end and reads one page again at most', async () => {
  const untouched = await walkDying('Celle', null);
  expect(untouched).toMatchObject({
    requests: 4,
    end: { died: false, state: 'done', handedOver: 1, left: [], shown: true },
  });
  expect(untouched.calls).toBeGreaterThan(15);
  for (let call = 1; call <= untouched.calls; call += 1) {
    for (const moment of ['before', 'after'] as const) {
      const { end, requests } = await walkDying(`City ${call} ${moment}`, { call, moment });
      expect({ call, moment, ...end }).toEqual({ call, moment, ...untouched.end, died: true });
      expect(requests).toBeLessThanOrEqual(5);
    }
  }
});
