/**
 * Plays every shape of a run of every workflow on a Temporal server of its own and writes the histories to
 * `workflows/histories`. With names of shapes as arguments it plays only those.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { format, resolveConfig } from 'prettier';
import { startTemporalServer } from '../cli/temporal-server/start.ts';
import type { PassSummary } from '../workflows/contract.ts';
import { type FinderShape, finderShapes } from './histories/finder-shapes.ts';
import { createFinderStage, type FinderWork } from './histories/finder-stage.ts';
import { historyToJson } from './histories/history-json.ts';
import { holdActivity } from './histories/held-work.ts';
import { recorder, scrubbed } from './histories/scrub.ts';
import { type Shape, shapes, suggestedEvents } from './histories/shapes.ts';
import { createStage } from './histories/stage.ts';
import { TaskGate } from './histories/task-gate.ts';
import { runStageWorker } from './histories/worker-of-stage.ts';

const directory = new URL('../workflows/histories/', import.meta.url);
const playTimeoutMs = 60_000;

/** A shape, ready to be played: ends with the id of the workflow that ran. */
interface Recording extends Pick<Shape, 'name' | 'run'> {
  readonly play: (client: Client, address: string) => Promise<string>;
}

const recordings: readonly Recording[] = [
  ...shapes.map((shape) => ({ ...shape, play: (client: Client, address: string) => playSync(shape, client, address) })),
  ...finderShapes.map((shape) => ({
    ...shape,
    play: (client: Client, address: string) => playFinder(shape, client, address),
  })),
];

Runtime.install({ logger: new DefaultLogger('ERROR') });
await recordAll(wantedRecordings(process.argv.slice(2)));

function wantedRecordings(names: readonly string[]): readonly Recording[] {
  const unknown = names.filter((name) => !recordings.some((recording) => recording.name === name));
  if (unknown.length > 0) throw new TypeError(`There is no shape ${unknown.join(', ')}`);
  return names.length === 0 ? recordings : recordings.filter(({ name }) => names.includes(name));
}

async function recordAll(wanted: readonly Recording[]): Promise<void> {
  // A server that somebody named may be a real cluster, and suggests to continue as new only much later.
  const { TEMPORAL_ADDRESS: _, ...environment } = process.env;
  const dynamicConfig = { 'limit.historyCount.suggestContinueAsNew': suggestedEvents };
  const server = await startTemporalServer({ log: console.log, environment, dynamicConfig });
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection, identity: recorder });
  try {
    await mkdir(directory, { recursive: true });
    for (const recording of wanted) await record(recording);
  } finally {
    await connection.close();
    await server.stop();
  }

  async function record({ name, play, run }: Recording): Promise<void> {
    const history = await historyOf(client, await play(client, server.address), run ?? 'latest');
    await writeRecording(name, history);
    console.log(`${name}: ${history.events?.length ?? 0} events`);
  }
}

async function playSync(shape: Shape, client: Client, address: string): Promise<string> {
  const [passes, gate] = [holdActivity<PassSummary>(), new TaskGate()];
  const stage = createStage({ client, address, passes, gate, record: { pair: 'pair', key: shape.name } });
  await shape.beforeWorker?.(stage);
  const activities = { reconcile: passes.activity };
  await runStageWorker({ address, activities, codec: gate }, () => inTime(shape.name, shape.play(stage)));
  return stage.workflowId;
}

async function playFinder(shape: FinderShape, client: Client, address: string): Promise<string> {
  const work: FinderWork = {
    stepCensus: holdActivity(),
    beginNightlyCensus: holdActivity(),
    catchUp: holdActivity(),
    readFeeds: holdActivity(),
    checkOldest: holdActivity(),
    keepWebhooks: holdActivity(),
  };
  const activities = Object.fromEntries(Object.entries(work).map(([name, { activity }]) => [name, activity]));
  const played = Promise.withResolvers<string>();
  await runStageWorker({ address, activities }, async () => {
    const run = await inTime(shape.name, shape.play(createFinderStage(client, shape.name, work)));
    played.resolve(run.workflowId);
  });
  return played.promise;
}

async function inTime<T>(name: string, playing: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error(`${name} has not ended after ${playTimeoutMs / 1_000} s`));
  }, playTimeoutMs);
  try {
    return await Promise.race([playing, late.promise]);
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
