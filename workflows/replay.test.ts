import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { buildWorkflowBundle } from '../scripts/build-workflow-bundle.ts';
import { historyFromJson } from '../scripts/histories/history-json.ts';
import { recorder } from '../scripts/histories/scrub.ts';
import { shapes } from '../scripts/histories/shapes.ts';
import { finderShapes } from '../scripts/histories/finder-shapes.ts';

/** Recordings of the present workflow lie in the folder itself, those that a release left behind in folders below. */
const directory = fileURLToPath(new URL('histories', import.meta.url));
const recordings = (await readdir(directory, { recursive: true })).filter((path) => path.endsWith('.json')).sort();

let bundleDirectory: string;
let codePath: string;
Runtime.install({
  logger: new DefaultLogger('ERROR', () => undefined),
  telemetryOptions: { logging: { filter: 'OFF' } },
});
beforeAll(async () => {
  // Built here, so that an old bundle in dist/ can not pass for the workflow as it is now.
  bundleDirectory = await mkdtemp(join(tmpdir(), 'tandem-replay-'));
  codePath = join(bundleDirectory, 'workflow-bundle.js');
  await buildWorkflowBundle({
    workflowsPath: fileURLToPath(new URL('index.ts', import.meta.url)),
    bundlePath: codePath,
  });
});
afterAll(() => rm(bundleDirectory, { recursive: true }));

const textOf = (recording: string) => readFile(join(directory, recording), 'utf8');
const replay = (text: string) =>
  Worker.runReplayHistory({ workflowBundle: { codePath } }, historyFromJson(JSON.parse(text)));

describe('runs that were under way when the workflow was changed go on', () => {
  test.each(recordings)('%s replays', async (recording) => {
    await expect(replay(await textOf(recording))).resolves.toBeUndefined();
  });
});

describe('a change that old runs would not survive is found', () => {
  test('a pass that is another activity', async () => {
    const text = await textOf('one-pass.json');
    await expect(replay(text.replaceAll('"reconcile"', '"compare"'))).rejects.toThrow(DeterminismViolationError);
  });

  test('a timer where there was none', async () => {
    const changed = withOutcome(await textOf('one-pass.json'), {
      kind: 'waiting',
      code: 'x',
      system: null,
      retryInMs: 1,
    });
    await expect(replay(changed)).rejects.toThrow(DeterminismViolationError);
  });

  test('no timer where there was one', async () => {
    const changed = withOutcome(await textOf('short-wait-to-its-end.json'), { kind: 'paused' });
    await expect(replay(changed)).rejects.toThrow(DeterminismViolationError);
  });

  test('a run that goes on where it ended for the next to continue', async () => {
    const text = await textOf('continued-as-new.json');
    const changed = text.replaceAll('"suggestContinueAsNew": true', '"suggestContinueAsNew": false');
    await expect(replay(changed)).rejects.toThrow(DeterminismViolationError);
  });
});

describe('the recordings', () => {
  test('there is one of every shape, and none that nobody plays any more', () => {
    const current = recordings.filter((path) => dirname(path) === '.').map((path) => basename(path, '.json'));
    expect(current.sort()).toEqual([...shapes, ...finderShapes].map(({ name }) => name).sort());
  });

  test.each(recordings)('%s names no machine, process or folder', async (recording) => {
    const values = stringsOf(JSON.parse(await textOf(recording)));
    const identities = values.filter(([key]) => key === 'identity').map(([, value]) => value);
    expect(new Set(identities)).toEqual(new Set([recorder]));
    const telling = /\d@|(?<![\w.])\/[\w.-]+\/|file:|[A-Z]:\\|127\.0\.0\.1|localhost/;
    expect(values.filter(([, value]) => telling.test(value))).toEqual([]);
  });
});

/** The same history, but for what its passes came to. */
function withOutcome(text: string, outcome: object): string {
  const history = JSON.parse(text, (key, value: unknown) => {
    if (key !== 'data' || typeof value !== 'string') return value;
    const payload = JSON.parse(decoded(value)) as object;
    return 'outcome' in payload ? encoded({ ...payload, outcome }) : value;
  }) as unknown;
  return JSON.stringify(history);
}

const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString();
const encoded = (payload: object): string => Buffer.from(JSON.stringify(payload)).toString('base64');

/** Every string of a history with its key, payloads as what they say. */
function stringsOf(json: unknown, key = ''): [key: string, value: string][] {
  if (typeof json === 'string') return [[key, key === 'data' ? decoded(json) : json]];
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([name, value]) => stringsOf(value, name));
}
