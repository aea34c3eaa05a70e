import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../create-activities.ts';
import { startTemporalServer, type TemporalServer } from '../../cli/temporal-server/start.ts';
import { buildWorkflowBundle } from '../../scripts/build-workflow-bundle.ts';
import { CensusRunStore } from '../../store/census-runs.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { openInMemory } from '../../test/support/embedded.ts';
import { begin, dealWithInbox, found, type Walked, withPagesOf } from '../../test/support/census.ts';
import { until } from '../../test/support/house.ts';
import { Offices } from '../../test/support/offices.ts';
import { censusIdOf, censusSignalName, censusWorkflow, nightlyCensusWorkflow } from '../../workflows/contract.ts';

const pair = 'contacts';
const taskQueue = 'census';
/** The server suggests to continue as new from so many events on: three pages or so. */
const suggestedEvents = 40;
/** An activity that has no time takes one. */
const oneStep = 0;

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

let directory: string;
let server: TemporalServer;
let connection: Connection;
let client: Client;
let database: OpenDatabase;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tandem-census-'));
  const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
  await buildWorkflowBundle({ workflowsPath, bundlePath: join(directory, 'workflow-bundle.js') });
  // A server of our own: the one of the test run suggests it much later.
  const { TEMPORAL_ADDRESS: _, ...environment } = process.env;
  const dynamicConfig = { 'limit.historyCount.suggestContinueAsNew': suggestedEvents };
  server = await startTemporalServer({ log: () => undefined, environment, dynamicConfig });
  connection = await Connection.connect({ address: server.address });
  client = new Client({ connection });
  database = await openInMemory();
});
afterAll(async () => {
  await database.close();
  await connection.close();
  await server.kill();
  await rm(directory, { recursive: true });
});

let offices: Offices;
let walked: Walked;
beforeEach(async () => {
  offices = await Offices.open({ database });
  walked = withPagesOf(offices, 2);
});
afterEach(() => offices.close());

const create = (count: number) => {
  for (let index = 0; index < count; index += 1) {
    offices.crm.master.create('Contact', { lastName: `Person ${index}` });
  }
};
const shownInReplica = () => offices.living('replica').length;
const start = (type: string, workflowId: string, argument: object) =>
  client.workflow.start(type, { workflowId, taskQueue, args: [argument] });

/** A worker with the real activities; the inbox is dealt with while it works. */
async function atWork(work: () => Promise<void>): Promise<void> {
  const native = await NativeConnection.connect({ address: server.address });
  try {
    const worker = await Worker.create({
      connection: native,
      taskQueue,
      workflowBundle: { codePath: join(directory, 'workflow-bundle.js') },
      activities: createActivities(walked.deps, oneStep),
    });
    await worker.runUntil(work);
  } finally {
    await native.close();
  }
}

async function untilEnded(result: Promise<unknown>): Promise<void> {
  let hasEnded = false;
  const ended = result.finally(() => {
    hasEnded = true;
  });
  await until('the walk has ended', async () => {
    await dealWithInbox(walked);
    return hasEnded;
  });
  await ended;
}

test('a walk goes on through several executions, so that no history grows large', async () => {
  create(13);
  await atWork(async () => {
    const { id: runId } = await begin(walked, { mode: 'backfill' });
    const handle = await start(censusWorkflow, censusIdOf({ pair }, taskQueue), { pair, runId });
    await untilEnded(handle.result());
    expect(await found(walked, { id: runId })).toMatchObject({
      state: 'done',
      counts: { master: { pages: 7, seen: 13 }, replica: { pages: 7, seen: 13, same: 13 } },
    });
    expect(shownInReplica()).toBe(13);
    const first = await client.workflow
      .getHandle(censusIdOf({ pair }, taskQueue), handle.firstExecutionRunId)
      .describe();
    expect(first.status.name).toBe('CONTINUED_AS_NEW');
    const { historyLength } = await client.workflow.getHandle(censusIdOf({ pair }, taskQueue)).describe();
    expect(historyLength).toBeLessThan(suggestedEvents * 2);
  });
});

test('a paused walk reads nothing until it is resumed; a signal lets it look at once', async () => {
  create(9);
  const runs = new CensusRunStore(database.db);
  await atWork(async () => {
    const { id: runId } = await begin(walked);
    await runs.pause(runId);
    const mark = offices.mark();
    const handle = await start(censusWorkflow, censusIdOf({ pair }, taskQueue), { pair, runId });
    await until('it waits to be resumed', async () => {
      const { events } = await handle.fetchHistory();
      return (events ?? []).some((event) => event.timerStartedEventAttributes != null);
    });
    expect(offices.calls(mark)).toBe(0);
    await runs.resume(runId);
    await handle.signal(censusSignalName);
    await untilEnded(handle.result());
    expect(await found(walked, { id: runId })).toMatchObject({ state: 'done', counts: { master: { seen: 9 } } });
  });
});

test('a walk of the night begins its own run, and none while another one is open', async () => {
  create(3);
  const runs = new CensusRunStore(database.db);
  await atWork(async () => {
    const open = await begin(walked);
    await (await start(nightlyCensusWorkflow, 'night-1', { pair })).result();
    expect(await runs.latest(pair)).toMatchObject({ id: open.id, state: 'running', counts: { master: { pages: 0 } } });
    await runs.cancel(open.id, offices.now());

    const night = await start(nightlyCensusWorkflow, 'night-2', { pair });
    await untilEnded(night.result());
    expect(await runs.latest(pair)).toMatchObject({
      id: night.firstExecutionRunId,
      startedBy: 'schedule',
      mode: 'census',
      state: 'done',
      counts: { master: { seen: 3 } },
    });
    expect(shownInReplica()).toBe(3);
  });
});
