/**
 * Plays every shape of a run of `syncRecord` on a Temporal server of its own and writes the histories to
 * `workflows/histories`. With names of shapes as arguments it plays only those.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { format, resolveConfig } from 'prettier';
import { startTemporalServer } from '../cli/temporal-server/start.ts';
import { holdPasses } from './histories/held-passes.ts';
import { historyToJson } from './histories/history-json.ts';
import { recorder, scrubbed } from './histories/scrub.ts';
import { type Shape, shapes, suggestedEvents } from './histories/shapes.ts';
import { createStage, type Stage } from './histories/stage.ts';
import { TaskGate } from './histories/task-gate.ts';
import { runStageWorker } from './histories/worker-of-stage.ts';

const directory = new URL('../workflows/histories/', import.meta.url);
const playTimeoutMs = 60_000;

Runtime.install({ logger: new DefaultLogger('ERROR') });
await recordAll(wantedShapes(process.argv.slice(2)));

function wantedShapes(names: readonly string[]): readonly Shape[] {
  const unknown = names.filter((name) => !shapes.some((shape) => shape.name === name));
  if (unknown.length > 0) throw new TypeError(`There is no shape ${unknown.join(', ')}`);
  return names.length === 0 ? shapes : shapes.filter(({ name }) => names.includes(name));
}

async function recordAll(wanted: readonly Shape[]): Promise<void> {
  // A server that somebody named may be a real cluster, and suggests to continue as new only much later.
  const { TEMPORAL_ADDRESS: _, ...environment } = process.env;
  const dynamicConfig = { 'limit.historyCount.suggestContinueAsNew': suggestedEvents };
  const server = await startTemporalServer({ log: console.log, environment, dynamicConfig });
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection, identity: recorder });
  try {
    await mkdir(directory, { recursive: true });
    for (const shape of wanted) await record(shape);
  } finally {
    await connection.close();
    await server.stop();
  }

  async function record(shape: Shape): Promise<void> {
    const workflowId = await play(shape, client, server.address);
    const history = await historyOf(client, workflowId, shape.run ?? 'latest');
    await writeRecording(shape.name, history);
    console.log(`${shape.name}: ${history.events?.length ?? 0} events`);
  }
}

async function play(shape: Shape, client: Client, address: string): Promise<string> {
  const [passes, gate] = [holdPasses(), new TaskGate()];
  const stage = createStage({ client, address, passes, gate, record: { pair: 'pair', key: shape.name } });
  await shape.beforeWorker?.(stage);
  await runStageWorker({ address, activities: passes.activities, codec: gate }, () => inTime(shape, stage));
  return stage.workflowId;
}

async function inTime({ name, play: playShape }: Shape, stage: Stage): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error(`${name} has not ended after ${playTimeoutMs / 1_000} s`));
  }, playTimeoutMs);
  try {
    await Promise.race([playShape(stage), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function historyOf(client: Client, workflowId: string, run: 'first' | 'latest'): Promise<History> {
  const latest = await client.workflow.getHandle(workflowId).fetchHistory();
  if (run === 'latest') return latest;
  const firstRunId = latest.events?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId;
  return client.workflow.getHandle(workflowId, firstRunId ?? undefined).fetchHistory();
}

async function writeRecording(name: string, history: History): Promise<void> {
  const path = fileURLToPath(new URL(`${name}.json`, directory));
  const text = JSON.stringify(scrubbed(historyToJson(history)));
  await writeFile(path, await format(text, { ...(await resolveConfig(path)), parser: 'json' }));
}
