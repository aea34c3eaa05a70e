import { randomUUID } from 'node:crypto';
import type { Server } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { freePort } from '../cli/temporal-server/free-port.ts';
import type { OpenDatabase } from '../store/database.ts';
import { HintStore } from '../store/hints.ts';
import type { RecordRef } from '../store/record-refs.ts';
import { openInMemory } from '../test/support/embedded.ts';
import { hints, links } from '../store/schema.ts';
import { lazyConnection } from '../temporal-connection.ts';
import { readableLog } from '../test/support/api.ts';
import { until } from '../test/support/house.ts';
import { forward } from '../test/support/forward.ts';
import { testTemporalAddress } from '../test/support/temporal.ts';
import { createDoorbell } from './doorbell.ts';
import { workflowIdOf } from '../workflows/contract.ts';

// The Temporal server is everybody's; the pair is this run's.
const pair = `pair-${randomUUID()}`;
const taskQueue = pair;

let database: OpenDatabase;
let inbox: HintStore;
let direct: Connection;
const cleanUps: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  database = await openInMemory();
  inbox = new HintStore(database.db);
  direct = await Connection.connect({ address: testTemporalAddress() });
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});
afterAll(async () => {
  await direct.close();
  await database.close();
});

const hinted = (side: 'master' | 'replica', recordId: string) =>
  ({ pair, side, recordId, trigger: 'webhook' }) as const;
const unrung = async (): Promise<string[]> =>
  (await database.db.select().from(hints)).filter(({ rungAt }) => rungAt === null).map(({ recordId }) => recordId);
const describeWorkflow = (key: string) =>
  new Client({ connection: direct }).workflow.getHandle(workflowIdOf({ pair, key }, taskQueue)).describe();

/** Temporal under another port, as if it had just come back there. */
const comeBackAt = (port: number): Promise<Server> => {
  const [host = '', realPort] = testTemporalAddress().split(':');
  return forward(port, { host, port: Number(realPort) });
};

test('an outage is logged once, its records are rung by whoever comes next, and its end is logged', async () => {
  const port = await freePort();
  const connection = lazyConnection(`127.0.0.1:${port}`);
  cleanUps.push(() => connection.close());
  const { log, lines } = readableLog();
  const bell = createDoorbell({ client: new Client({ connection }), taskQueue, hints: () => inbox, log });
  const refs = await inbox.add([hinted('master', 'm1'), hinted('master', 'm2')], new Date());
  await bell.ring(refs);
  expect((await unrung()).sort()).toEqual(['m1', 'm2']);
  expect(lines()).toEqual([expect.stringContaining('they are kept and told later')]);

  const server = await comeBackAt(port);
  cleanUps.push(() => new Promise((resolve) => server.close(resolve)));
  await until('Temporal is told again', async () => {
    await bell.ring(await inbox.takeDue(new Date(), 10));
    return (await unrung()).length === 0;
  });
  expect(lines().slice(1)).toEqual([expect.stringContaining('told of changes again')]);
  for (const key of ['m1', 'm2']) expect((await describeWorkflow(key)).status.name).toBe('RUNNING');
});

test('while Temporal is away one of many records is tried, and all of them are kept', async () => {
  const connection = lazyConnection(`127.0.0.1:${await freePort()}`);
  cleanUps.push(() => connection.close());
  const client = new Client({ connection });
  const tell = client.workflow.signalWithStart.bind(client.workflow);
  let tries = 0;
  client.workflow.signalWithStart = ((...args: Parameters<typeof tell>) => {
    tries += 1;
    return tell(...args);
  }) as typeof client.workflow.signalWithStart;
  const { log } = readableLog();
  const bell = createDoorbell({ client, taskQueue, hints: () => inbox, log });
  const names = Array.from({ length: 40 }, (_, index) => `n${index}`);
  const refs = await inbox.add(
    names.map((name) => hinted('master', name)),
    new Date(),
  );
  expect(await bell.ring(refs)).toBe(false);
  expect(tries).toBe(10);
  expect(await bell.ring(await inbox.takeDue(new Date(), 100))).toBe(false);
  expect(tries).toBe(11);
  expect((await unrung()).sort()).toEqual(names.sort());
});

test('a record of the replica is rung at its master, or under a key of its own while it has none', async () => {
  await database.db.insert(links).values({ pair, masterId: 'm17', replicaId: '17' });
  const { log } = readableLog();
  const bell = createDoorbell({ client: new Client({ connection: direct }), taskQueue, hints: () => inbox, log });
  const refs: readonly RecordRef[] = await inbox.add([hinted('replica', '17'), hinted('replica', '18')], new Date());
  await bell.ring(refs);
  for (const key of ['m17', 'replica:18']) expect((await describeWorkflow(key)).type).toBe('syncRecord');
  await expect(describeWorkflow('replica:17')).rejects.toThrow();
});

test('ringing while the database is away is no error either', async () => {
  const { log, lines } = readableLog();
  const bell = createDoorbell({
    client: new Client({ connection: direct }),
    taskQueue,
    hints: () => {
      throw new Error('no database');
    },
    log,
  });
  await expect(bell.ring([{ pair, side: 'replica', recordId: '19' }])).resolves.toBe(false);
  expect(lines()).toHaveLength(1);
});
