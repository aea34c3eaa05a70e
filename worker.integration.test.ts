import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { PassObserver } from './activities/observer.ts';
import type { OpenDatabase } from './store/database.ts';
import { openInMemory } from './test/support/embedded.ts';
import { PairStore } from './store/pairs.ts';
import { askingPair } from './test/support/asking-pair.ts';
import { type House, openHouse } from './test/support/house.ts';
import { testTemporalAddress } from './test/support/temporal.ts';
import { startWorker } from './worker.ts';
import { defaultProbeLadderMs } from './engine/circuit.ts';
import { unlimitedBudget } from './test/support/unlimited-budget.ts';

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

let database: OpenDatabase;
let house: House;
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  house = await openHouse({ database });
});
afterEach(() => house.close());

/** What a worker with these pairs tells while it starts. */
async function toldAtStart(pairs: House['deps']['pairs']) {
  const told: Parameters<PassObserver['onProblem']>[] = [];
  const { connectors, retry, messages } = house.deps;
  const worker = await startWorker({
    temporal: { address: testTemporalAddress(), namespace: 'default', taskQueue: `test-${randomUUID()}` },
    ...{
      database,
      pairs,
      connectors,
      retry,
      messages,
      probeLadderMs: defaultProbeLadderMs,
      budget: unlimitedBudget,
      graceMs: 1_000,
      publicUrl: null,
      watch: { catchUpEveryMs: null, census: null, rollingCheckPeriodMs: null, keepWebhooksEveryMs: null },
    },
    observer: {
      onPass: () => undefined,
      onCall: () => undefined,
      onRecovery: () => undefined,
      onProblem: (...problem) => told.push(problem),
    },
  });
  await worker.shutdown();
  return told;
}

test('a worker whose pair has changed says so once with what to do; nothing is written until it is accepted', async () => {
  expect(await toldAtStart(house.deps.pairs)).toEqual([]);
  const { id } = await house.linked({ lastName: 'Meier' });
  expect(await toldAtStart(house.deps.pairs)).toEqual([]);
  const advice = '`tandem plan beteiligte` shows what it would write, `tandem plan beteiligte --accept` accepts it';
  expect(await toldAtStart([askingPair()])).toEqual([
    [
      'The definition of a pair has changed: nothing is written for it until somebody accepts it',
      { pair: 'beteiligte', advice },
    ],
  ]);

  const changed = Object.assign(house.deps, { pairs: [askingPair()] });
  house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
  expect((await house.sync(id)).outcome).toEqual({ kind: 'paused' });
  expect(await new PairStore(database.db).accept('beteiligte')).toBe(true);
  expect((await house.sync(id)).fields).toEqual(['title']);
  expect(await toldAtStart(changed.pairs)).toEqual([]);
});
