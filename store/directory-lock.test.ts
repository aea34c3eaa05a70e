import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DataDirectoryInUse, lockDirectory } from './directory-lock.ts';

let directory: string;
let children: ChildProcess[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tandem-lock-'));
  children = [];
});
afterEach(async () => {
  await Promise.all(children.map(kill));
  await rm(directory, { recursive: true, force: true });
});

/** Another process that wants the directory; its first line says how that went. */
async function otherProcess(wanted: string): Promise<{ child: ChildProcess; says: string }> {
  const script = new URL('../test/support/hold-directory.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, wanted], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) return { child, says: line };
  throw new Error('The other process has said nothing');
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const inUse = { code: 'data_directory_in_use' };

test('a directory that another process holds is refused, with what to do about it', async () => {
  expect((await otherProcess(directory)).says).toBe('held');
  const refused = lockDirectory(directory);
  await expect(refused).rejects.toBeInstanceOf(DataDirectoryInUse);
  await expect(refused).rejects.toThrow(/in use by another Tandem process.*Stop that one.*DATABASE_URL/);
});

test('another process is refused while we hold it, and not after we have let go', async () => {
  const lock = await lockDirectory(directory);
  expect((await otherProcess(directory)).says).toContain(directory);
  await lock.release();
  expect((await otherProcess(directory)).says).toBe('held');
});

test('it is free again when its holder is killed, as often as that happens', async () => {
  for (let round = 0; round < 3; round += 1) {
    const { child, says } = await otherProcess(directory);
    expect(says).toBe('held');
    await kill(child);
  }
  const lock = await lockDirectory(directory);
  await expect(lockDirectory(directory)).rejects.toMatchObject(inUse);
  await lock.release();
});

test('of many that want it at the same time one gets it, also after a holder was killed', async () => {
  for (let round = 0; round < 10; round += 1) {
    if (round % 5 === 4) await kill((await otherProcess(directory)).child);
    const answers = await Promise.allSettled(Array.from({ length: 5 }, () => lockDirectory(directory)));
    const locks = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    expect(locks).toHaveLength(1);
    await expect(lockDirectory(directory)).rejects.toMatchObject(inUse);
    for (const lock of locks) await lock.release();
  }
});

test('nothing is left behind in the directory when it is let go', async () => {
  await (await lockDirectory(directory)).release();
  expect(await readdir(directory)).toEqual([]);
  await kill((await otherProcess(directory)).child);
  await (await lockDirectory(directory)).release();
  expect(await readdir(directory)).toEqual([]);
});

describe('a path that is too long for a socket', () => {
  test('is held like any other, and its neighbour is another directory', async () => {
    const [long, neighbour] = ['a', 'b'].map((last) => join(directory, 'x'.repeat(120), last)) as [string, string];
    await mkdir(long, { recursive: true });
    await mkdir(neighbour);
    expect((await otherProcess(long)).says).toBe('held');
    await expect(lockDirectory(long)).rejects.toMatchObject(inUse);
    const lock = await lockDirectory(neighbour);
    await lock.release();
  });
});

test('a directory that is reached by another name is the same one', async () => {
  const lock = await lockDirectory(directory);
  const other = `${directory}-link`;
  await symlink(directory, other);
  await expect(lockDirectory(other)).rejects.toMatchObject(inUse);
  await lock.release();
  await rm(other);
});
