import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { connectOnce } from './connect-once.ts';
import { startTemporalServer, type StartedTemporalServer, type StartTemporalServerOptions } from './start.ts';

let directory: string;
let servers: StartedTemporalServer[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tandem-temporal-'));
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.kill()));
  await rm(directory, { recursive: true });
});

async function start(options: Omit<StartTemporalServerOptions, 'log'> = {}): Promise<StartedTemporalServer> {
  const { TEMPORAL_ADDRESS: _, ...environment } = process.env;
  const server = await startTemporalServer({ log: () => undefined, environment, ...options });
  if (server.kind !== 'started') throw new TypeError('A server of our own was expected.');
  servers.push(server);
  return server;
}

async function withClient<T>(address: string, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

describe('a Temporal dev server of our own', () => {
  test('the same workflow id can be started again at once, many times within a second', async () => {
    const { address } = await start();
    // Without the SDK's retries a start that the server refuses for the moment is an error.
    const connection = await Connection.connect({ address, interceptors: [] });
    const client = new Client({ connection });
    const runIds: string[] = [];
    for (let round = 0; round < 10; round++) {
      const handle = await client.workflow.start('anything', { workflowId: 'sync/pair/1', taskQueue: 'nobody' });
      await handle.terminate();
      runIds.push(handle.firstExecutionRunId);
    }
    expect(new Set(runIds).size).toBe(10);
    await connection.close();
  });

  test('a workflow that continues as new within a second goes on at once', async () => {
    const { address } = await start();
    await withClient(address, async (client) => {
      const taskQueue = { name: 'by-hand' };
      await client.workflow.start('anything', { workflowId: 'sync/pair/1', taskQueue: taskQueue.name });
      const nextTask = () =>
        client.connection.withDeadline(Date.now() + 20_000, () =>
          client.workflowService.pollWorkflowTaskQueue({ namespace: 'default', taskQueue, identity: 'test' }),
        );
      const { taskToken } = await nextTask();
      const continueAsNew = { workflowType: { name: 'anything' }, taskQueue };
      await client.workflowService.respondWorkflowTaskCompleted({
        namespace: 'default',
        taskToken,
        commands: [
          {
            commandType: temporal.api.enums.v1.CommandType.COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION,
            continueAsNewWorkflowExecutionCommandAttributes: continueAsNew,
          },
        ],
      });
      const { history } = await nextTask();
      const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
      expect(started?.continuedExecutionRunId).toBeTruthy();
      expect(started?.firstWorkflowTaskBackoff?.nanos ?? 0).toBe(0);
      expect(Number(started?.firstWorkflowTaskBackoff?.seconds ?? 0)).toBe(0);
    });
  });

  test('after kill -9 it starts again on the same file and port and still has its workflows', async () => {
    const databaseFile = join(directory, 'temporal.db');
    const first = await start({ databaseFile });
    await withClient(first.address, (client) =>
      client.workflow.start('anything', { workflowId: 'survivor', taskQueue: 'nobody' }),
    );
    await first.kill();
    const second = await start({ databaseFile, port: Number(first.address.split(':')[1]) });
    expect(second.address).toBe(first.address);
    const description = await withClient(second.address, (client) => client.workflow.getHandle('survivor').describe());
    expect(description.status.name).toBe('RUNNING');
  });

  test('the web UI is served only when it was asked for', async () => {
    const [headless, withUi] = [await start(), await start({ uiPort: 0 })];
    expect(headless.uiUrl).toBeUndefined();
    expect((await fetch(withUi.uiUrl ?? '')).status).toBe(200);
  });

  test('it obeys the dynamic configuration that it was given', async () => {
    const { address } = await start({ dynamicConfig: { 'limit.maxIDLength': 100 } });
    const begin = (workflowId: string) =>
      withClient(address, (client) => client.workflow.start('anything', { workflowId, taskQueue: 'nobody' }));
    await expect(begin('i'.repeat(100))).resolves.toBeDefined();
    await expect(begin('i'.repeat(101))).rejects.toThrow();
  });

  test('a port on which another server answers is refused instead of taking that server for ours', async () => {
    const { address } = await start();
    const failure = start({ port: Number(address.split(':')[1]) });
    await expect(failure).rejects.toMatchObject({ code: 'TEMPORAL_SERVER_FAILED' });
    await expect(failure).rejects.toThrow('is taken by another process');
  });

  test('a server that ends at its start is reported with its own last words', async () => {
    const failure = start({ databaseFile: join(directory, 'missing', 'temporal.db') });
    await expect(failure).rejects.toMatchObject({ code: 'TEMPORAL_SERVER_FAILED' });
    await expect(failure).rejects.toThrow('no such file or directory');
  });

  test('it ends when the process that started it is killed', async () => {
    const module = fileURLToPath(new URL('start.ts', import.meta.url));
    const script = `const { startTemporalServer } = await import(${JSON.stringify(module)});
      console.log((await startTemporalServer({ log: () => {} })).address);`;
    const { TEMPORAL_ADDRESS: _, ...environment } = process.env;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], { env: environment });
    const [address] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
    await connectOnce(address);
    parent.kill('SIGKILL');
    expect(await refusesConnections(address)).toBe(true);
  });

  test('a server given by its address is not started and not stopped', async () => {
    const { address } = await start();
    const given = await startTemporalServer({ log: () => undefined, environment: { TEMPORAL_ADDRESS: address } });
    expect(given).toMatchObject({ kind: 'given', address });
    await given.kill();
    await given.stop();
    await expect(connectOnce(address)).resolves.toBeUndefined();
  });

  test('stopping it leaves a database file and no process', async () => {
    const databaseFile = join(directory, 'temporal.db');
    const server = await start({ databaseFile });
    await server.stop();
    await expect(connectOnce(server.address)).rejects.toThrow('ECONNREFUSED');
    await expect(access(databaseFile)).resolves.toBeUndefined();
  });
});

async function refusesConnections(address: string): Promise<boolean> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const refused = await connectOnce(address).then(
      () => false,
      () => true,
    );
    if (refused) return true;
    await sleep(25);
  }
  return false;
}
