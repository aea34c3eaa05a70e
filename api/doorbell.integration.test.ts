import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { freePort } from '../cli/temporal-server/free-port.ts';
import { createLog } from '../log.ts';
import { forEachPriority } from '../connectors/call-log.ts';
import { HintStore } from '../store/hints.ts';
import { empty } from '../test/support/empty.ts';
import { openInMemory } from '../test/support/embedded.ts';
import { lazyConnection } from '../temporal-connection.ts';
import { until } from '../test/support/house.ts';
import { testTemporalAddress } from '../test/support/temporal.ts';
import { createChecker } from './checker.ts';
import { createDoorbell, type Doorbell } from './doorbell.ts';
import { startSweeper } from './sweeper.ts';
import { workflowIdOf } from '../workflows/contract.ts';

let database: Awaited<ReturnType<typeof openInMemory>>;
let hints: HintStore;
let connection: Connection;
const taskQueue = `doorbell-${randomUUID()}`;
const now = (): Date => new Date();

beforeAll(async () => {
  database = await openInMemory();
  hints = new HintStore(database.db);
  connection = await Connection.connect({ address: testTemporalAddress() });
});
afterAll(async () => {
  await connection.close();
  await database.close();
});
beforeEach(() => empty(database.db));

const createBell = (client: Client): Doorbell =>
  createDoorbell({ client, taskQueue, hints: () => hints, log: createLog('silent') });
const unreachable = async (): Promise<Client> =>
  new Client({ connection: lazyConnection(`127.0.0.1:${await freePort()}`) });
const someRecords = (count: number) =>
  Array.from(
    { length: count },
    () => ({ pair: 'beteiligte', side: 'master', recordId: randomUUID(), trigger: 'webhook' }) as const,
  );

/** A client that counts how many workflows it is telling at the same time. */
function countingClient(): { client: Client; most: () => number } {
  const client = new Client({ connection });
  const tell = client.workflow.signalWithStart.bind(client.workflow);
  let [running, most] = [0, 0];
  client.workflow.signalWithStart = (async (...args: Parameters<typeof tell>) => {
    running += 1;
    most = Math.max(most, running);
    try {
      return await tell(...args);
    } finally {
      running -= 1;
    }
  }) as typeof tell;
  return { client, most: () => most };
}

test('two hundred records are all told, at most ten at a time, each under its own workflow id', async () => {
  const { client, most } = countingClient();
  const batch = someRecords(200);
  await createBell(client).ring(await hints.add(batch, now()));
  expect(most()).toBe(10);
  for (const { recordId } of batch.slice(0, 5)) {
    const told = await client.workflow
      .getHandle(workflowIdOf({ pair: 'beteiligte', key: recordId }, taskQueue))
      .describe();
    expect([told.type, told.status.name]).toEqual(['syncRecord', 'RUNNING']);
  }
});

test('Temporal is told how urgent a record is by who asked for it', async () => {
  const client = new Client({ connection });
  const triggers = ['person', 'retry', 'catch_up', 'census', 'backfill'] as const;
  const batch = someRecords(triggers.length).map((record, index) => ({ ...record, trigger: triggers[index]! }));
  await createBell(client).ring(batch);
  const told = await Promise.all(
    batch.map(({ recordId }) =>
      client.workflow.getHandle(workflowIdOf({ pair: 'beteiligte', key: recordId }, taskQueue)).describe(),
    ),
  );
  expect(told.map(({ priority }) => priority?.priorityKey)).toEqual([1, 2, 3, 4, 5]);
});

test('while Temporal is away ringing is no error; the sweeper tells it when it is back', async () => {
  const [record] = someRecords(1);
  await createBell(await unreachable()).ring(await hints.add([record!], now()));
  const client = new Client({ connection });
  const sweeper = startSweeper({
    pairs: ['beteiligte'],
    room: () => Promise.resolve(forEachPriority(() => Infinity)),
    hints: () => hints,
    doorbell: createBell(client),
    log: createLog('silent'),
    everyMs: 50,
    now,
  });
  const handle = client.workflow.getHandle(workflowIdOf({ pair: 'beteiligte', key: record!.recordId }, taskQueue));
  await until('its workflow was told', () =>
    handle.describe().then(
      () => true,
      () => false,
    ),
  );
  await sweeper.stop();
});

test("a person's check is stored even when Temporal is away, and says so", async () => {
  const [{ recordId } = { recordId: '' }] = someRecords(1);
  const checker = createChecker({
    client: await unreachable(),
    taskQueue,
    hints: () => hints,
    now,
    answerWithinMs: 500,
  });
  expect(await checker.check({ pair: 'beteiligte', key: recordId })).toMatchObject({
    kind: 'pending',
    reason: 'not_started',
  });
  expect(await hints.takeDue(now(), 10)).toMatchObject([{ side: 'master', recordId }]);
});

test('a check that takes longer than people wait is answered with a handle', async () => {
  const [{ recordId } = { recordId: '' }] = someRecords(1);
  const checker = createChecker({
    client: new Client({ connection }),
    taskQueue,
    hints: () => hints,
    now,
    answerWithinMs: 300,
  });
  // No worker listens on this queue: the look can't begin.
  expect(await checker.check({ pair: 'beteiligte', key: recordId })).toMatchObject({
    kind: 'pending',
    workflowId: workflowIdOf({ pair: 'beteiligte', key: recordId }, taskQueue),
  });
});
