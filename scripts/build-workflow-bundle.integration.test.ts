import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { testTemporalAddress } from '../test/support/temporal.ts';
import { buildWorkflowBundle } from './build-workflow-bundle.ts';

/** Below the repository, so that the sample finds the Temporal SDK. */
const samplesDirectory = fileURLToPath(new URL('../dist/test-samples', import.meta.url));
let directory: string;

const logged: string[] = [];
const logger = new DefaultLogger('WARN', ({ message }) => logged.push(message));
Runtime.install({ logger });

beforeEach(async () => {
  await mkdir(samplesDirectory, { recursive: true });
  directory = await mkdtemp(join(samplesDirectory, 'sample-'));
});

afterEach(() => rm(directory, { recursive: true }));

const greeting = `
  export interface Greeting { readonly text: string }
  export const greet = (name: string): Greeting => ({ text: \`Good morning, \${name}\` });`;
const workflows = `
  import { sleep } from '@temporalio/workflow';
  import type { Greeting } from './greeting.ts';
  import { greet } from './greeting.ts';
  export async function greetLater(name: string): Promise<string> {
    await sleep(1);
    const { text }: Greeting = greet(name);
    return text;
  }`;

test('workflows that import their neighbours as .ts files run from the bundle', async () => {
  await writeFile(join(directory, 'greeting.ts'), greeting);
  await writeFile(join(directory, 'index.ts'), workflows);
  const bundlePath = join(directory, 'bundle', 'workflows.js');
  await buildWorkflowBundle({ workflowsPath: join(directory, 'index.ts'), bundlePath, logger });
  expect(await readdir(join(directory, 'bundle'))).toEqual(['workflows.js']);
  expect(await runFromBundle(bundlePath, 'greetLater', ['Ann'])).toBe('Good morning, Ann');
});

test('a workflow that cannot be bundled leaves no bundle behind', async () => {
  await writeFile(join(directory, 'index.ts'), "export { nothing } from './missing.ts';");
  const bundlePath = join(directory, 'bundle', 'workflows.js');
  await expect(
    buildWorkflowBundle({ workflowsPath: join(directory, 'index.ts'), bundlePath, logger }),
  ).rejects.toThrow();
  expect(logged.join()).toContain("Can't resolve './missing.ts'");
  expect(await readdir(directory)).toEqual(['index.ts']);
});

async function runFromBundle(bundlePath: string, workflow: string, args: unknown[]): Promise<unknown> {
  const taskQueue = `bundle-${Date.now()}`;
  const connection = await NativeConnection.connect({ address: testTemporalAddress() });
  const clientConnection = await Connection.connect({ address: testTemporalAddress() });
  const worker = await Worker.create({ connection, taskQueue, workflowBundle: { codePath: bundlePath } });
  const client = new Client({ connection: clientConnection });
  const result: unknown = await worker.runUntil(
    client.workflow.execute(workflow, { workflowId: taskQueue, taskQueue, args }),
  );
  await clientConnection.close();
  await connection.close();
  return result;
}
