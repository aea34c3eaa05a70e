import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeExit, spawnTethered, type ChildExit, type ChildOptions, type TetheredChild } from './child-process.ts';

export type Fetched =
  { readonly kind: 'fetched'; readonly path: string } | { readonly kind: 'failed'; readonly reason: string };

export interface FetchOptions {
  /** The command that leaves a Temporal executable in the given, empty directory. */
  readonly commandFor: (directory: string) => ChildOptions;
  readonly cacheDirectory: string;
  /** The command is given up after this long without a new byte in the directory. */
  readonly stallTimeoutMs: number;
}

const progressIntervalMs = 250;

/**
 * Lets a child process fetch the Temporal CLI and keeps the result in the cache. The child works in a directory of its
 * own, so that an interrupted attempt leaves nothing that a later one could take for an executable or for a lock.
 */
export async function fetchExecutable(options: FetchOptions): Promise<Fetched> {
  await mkdir(join(options.cacheDirectory, 'bin'), { recursive: true });
  const directory = await mkdtemp(join(options.cacheDirectory, 'fetch-'));
  try {
    const child = spawnTethered(options.commandFor(directory));
    const exit = await untilEndOrStall(child, directory, options.stallTimeoutMs);
    if (exit === 'stalled') return { kind: 'failed', reason: `no answer for ${options.stallTimeoutMs / 1_000} s` };
    return await keepExecutable(child, exit, directory, options.cacheDirectory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function untilEndOrStall(
  child: TetheredChild,
  directory: string,
  stallMs: number,
): Promise<ChildExit | 'stalled'> {
  let size = 0;
  let progressAt = performance.now();
  while (performance.now() - progressAt < stallMs) {
    const exit = await Promise.race([child.exited, sleep(progressIntervalMs)]);
    if (exit !== undefined) return exit;
    const newSize = await sizeOf(directory);
    if (newSize !== size) progressAt = performance.now();
    size = newSize;
  }
  child.signal('SIGKILL');
  await child.exited;
  return 'stalled';
}

async function sizeOf(directory: string): Promise<number> {
  const names = await readdir(directory);
  // A file may be renamed between the listing and the look at it.
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(directory, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function keepExecutable(child: TetheredChild, exit: ChildExit, from: string, cache: string): Promise<Fetched> {
  const name = (await readdir(from)).find((candidate) => /^temporal(?!.*\.downloading$)/.test(candidate));
  if (exit.kind !== 'exited' || exit.exitCode !== 0 || name === undefined) {
    return { kind: 'failed', reason: child.lastLines().at(-1) ?? describeExit(exit) };
  }
  const path = join(cache, 'bin', 'temporal');
  await chmod(join(from, name), 0o755);
  await rename(join(from, name), path);
  return { kind: 'fetched', path };
}
