import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fetchExecutable } from './fetch-executable.ts';

let cacheDirectory: string;

beforeEach(async () => {
  cacheDirectory = await mkdtemp(join(tmpdir(), 'tandem-cache-'));
});

afterEach(() => rm(cacheDirectory, { recursive: true }));

/** `$0` is the folder to fill, `$1` the cache. */
function fetchWith(script: string, stallTimeoutMs: number) {
  return fetchExecutable({
    commandFor: (directory) => ({ command: '/bin/sh', commandArguments: ['-c', script, directory, cacheDirectory] }),
    cacheDirectory,
    stallTimeoutMs,
  });
}

test('a download that hangs is given up, and nothing of it goes on running', async () => {
  const fetched = await fetchWith('sleep 600 & echo "$$ $!" > "$1/pids"; wait', 500);
  expect(fetched).toEqual({ kind: 'failed', reason: 'no answer for 0.5 s' });
  const pids = (await readFile(join(cacheDirectory, 'pids'), 'utf8')).trim().split(' ').map(Number);
  expect(pids).toHaveLength(2);
  expect(await Promise.all(pids.map(isRunning))).toEqual([false, false]);
});

test('a slow download that makes progress is not given up', async () => {
  const script = 'for part in 1 2 3 4 5 6; do echo $part >> "$0/temporal"; sleep 0.4; done';
  expect(await fetchWith(script, 1_500)).toEqual({ kind: 'fetched', path: join(cacheDirectory, 'bin', 'temporal') });
});

test('an attempt leaves no folder behind, whether it worked or not', async () => {
  await fetchWith('echo "#!/bin/sh" > "$0/temporal"', 5_000);
  await fetchWith('exit 1', 5_000);
  expect(await readdir(cacheDirectory)).toEqual(['bin']);
});

test('a command that does not exist is a failed attempt', async () => {
  const commandFor = () => ({ command: '/does/not/exist', commandArguments: [] });
  const fetched = await fetchExecutable({ commandFor, cacheDirectory, stallTimeoutMs: 5_000 });
  expect(fetched.kind).toBe('failed');
});

/** A process that has ended but was not collected yet counts as ended. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return status !== undefined && !/\) Z /.test(status);
}
