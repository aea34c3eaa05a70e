import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { createCensusAfterGap } from './census-after-gap.ts';
import { CensusRunStore, type NewCensus } from './store/census-runs.ts';
import type { OpenDatabase } from './store/database.ts';
import { empty } from './test/support/empty.ts';
import { openInMemory } from './test/support/embedded.ts';
import { testTemporalAddress } from './test/support/temporal.ts';
import { censusIdOf } from './workflows/contract.ts';

const pair = 'beteiligte';
const before = new Date('2026-11-21T09:00:00Z');
const gapEnd = new Date('2026-11-21T10:00:00Z');
const after = new Date('2026-11-21T11:00:00Z');

let connection: Connection;
let client: Client;
let databases: readonly [OpenDatabase, OpenDatabase];
let taskQueues: readonly [string, string];
let problems: string[];
beforeAll(async () => {
  connection = await Connection.connect({ address: testTemporalAddress() });
  client = new Client({ connection });
  databases = await Promise.all([openInMemory(), openInMemory()]);
});
afterAll(async () => {
  await connection.close();
  for (const database of databases) await database.close();
});
beforeEach(async () => {
  for (const { db } of databases) await empty(db);
  taskQueues = [`gap-${randomUUID()}`, `gap-${randomUUID()}`];
  problems = [];
});
afterEach(async () => {
  // Nobody works on these task queues.
  for (const taskQueue of taskQueues) {
    const handle = client.workflow.getHandle(censusIdOf({ pair }, taskQueue));
    await handle.terminate().catch(() => undefined);
  }
});

const runsOf = (installation: 0 | 1) => new CensusRunStore(databases[installation].db);
const gapsOf = (installation: 0 | 1) =>
  createCensusAfterGap({
    ...{ client, taskQueue: taskQueues[installation], censusRuns: runsOf(installation) },
    observer: {
      onPass: () => undefined,
      onCall: () => undefined,
      onProblem: (message) => problems.push(message),
      onRecovery: () => undefined,
    },
    now: () => after,
  });
const begin = (given: Partial<NewCensus>, at: Date) =>
  runsOf(0).begin({ pair, mode: 'census', dryRun: false, startedBy: 'anna', ...given }, at);
const walkOf = async (installation: 0 | 1) =>
  client.workflow.getHandle(censusIdOf({ pair }, taskQueues[installation])).describe();

test('two installations in one namespace each have their own walk', async () => {
  for (const installation of [0, 1] as const) {
    expect(await gapsOf(installation).start({ pair }, gapEnd)).toBe(true);
    expect(await runsOf(installation).open(pair)).toMatchObject({ mode: 'couples', dryRun: false });
    expect(await walkOf(installation)).toMatchObject({ taskQueue: taskQueues[installation] });
  }
  expect((await walkOf(0)).workflowId).not.toBe((await walkOf(1)).workflowId);
});

test('asked for twice it is one walk', async () => {
  const gaps = gapsOf(0);
  expect(await gaps.start({ pair }, gapEnd)).toBe(true);
  const first = await runsOf(0).open(pair);
  expect(await gaps.start({ pair }, gapEnd)).toBe(true);
  expect(await runsOf(0).open(pair)).toEqual(first);
});

test('a walk over everything that began after the gap will do', async () => {
  const { id } = await begin({ mode: 'backfill' }, after);
  expect(await gapsOf(0).start({ pair }, gapEnd)).toBe(true);
  expect(await runsOf(0).open(pair)).toMatchObject({ id });
});

test.each<readonly [string, Partial<NewCensus>, Date]>([
  ['began before the gap was over', {}, before],
  ['only reports', { dryRun: true }, after],
  ['reads one side only', { mode: 'rebuild' }, after],
])('a walk that %s will not do: another one follows when it has ended', async (_, given, at) => {
  const { id } = await begin(given, at);
  const gaps = gapsOf(0);
  expect(await gaps.start({ pair }, gapEnd)).toBe(false);
  await runsOf(0).cancel(id, after);
  expect(await gaps.start({ pair }, gapEnd)).toBe(true);
  expect((await runsOf(0).open(pair))?.id).not.toBe(id);
  expect(problems).toEqual([]);
});

test('a paused walk is in the way, and told once', async () => {
  const { id } = await begin({}, after);
  await runsOf(0).pause(id);
  const gaps = gapsOf(0);
  expect([await gaps.start({ pair }, gapEnd), await gaps.start({ pair }, gapEnd)]).toEqual([false, false]);
  expect(problems).toEqual(['The census that has to follow a gap waits, because a walk over the pair is paused']);
  await runsOf(0).resume(id);
  expect(await gaps.start({ pair }, gapEnd)).toBe(true);
});
