import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { describeExit, spawnTethered } from './child-process.ts';

const shell = (script: string) => spawnTethered({ command: '/bin/sh', commandArguments: ['-c', script] });

test('a child and its own children end when the process that started them is killed', async () => {
  const module = fileURLToPath(new URL('child-process.ts', import.meta.url));
  const script = `const { spawnTethered } = await import(${JSON.stringify(module)});
    const child = spawnTethered({ command: '/bin/sh', commandArguments: ['-c', 'sleep 600 & echo $!; wait'] });
    while (child.lastLines().length === 0) await new Promise(setImmediate);
    console.log(child.pid, child.lastLines()[0]);`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script]);
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
  const pids = line.split(' ').map(Number);
  expect(await Promise.all(pids.map(isRunning))).toEqual([true, true]);
  parent.kill('SIGKILL');
  for (const pid of pids) await untilEnded(pid);
  expect(await Promise.all(pids.map(isRunning))).toEqual([false, false]);
});

test('a signal reaches what the child started', async () => {
  const child = shell('sleep 600 & echo $!; wait');
  while (child.lastLines().length === 0) await sleep(5);
  child.signal('SIGKILL');
  expect(describeExit(await child.exited)).toBe('was ended by SIGKILL');
  await untilEnded(Number(child.lastLines()[0]));
  expect(await isRunning(Number(child.lastLines()[0]))).toBe(false);
});

test('the last lines of both streams are kept, and only the last', async () => {
  const child = shell('for n in $(seq 100); do echo $n; done; exit 4');
  expect(describeExit(await child.exited)).toBe('ended with exit code 4');
  expect(child.lastLines()).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 81)));
});

test('a program that does not exist is a child that was not started', async () => {
  const child = spawnTethered({ command: '/does/not/exist', commandArguments: [] });
  expect(await child.exited).toMatchObject({ kind: 'not-started' });
  expect(() => {
    child.signal('SIGTERM');
  }).not.toThrow();
});

/** A process that has ended but was not collected yet counts as ended. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return status !== undefined && !/\) Z /.test(status);
}

async function untilEnded(pid: number): Promise<void> {
  for (let attempt = 0; attempt < 400 && (await isRunning(pid)); attempt++) await sleep(25);
}
