import { createHash, randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { rename, stat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The embedded database is open in another process. PGlite itself would let both write (observed on 0.5.16). */
export class DataDirectoryInUse extends Error {
  readonly code = 'data_directory_in_use';
  constructor(directory: string) {
    super(
      `The data directory ${directory} is in use by another Tandem process. ` +
        'Stop that one, use `tandem start` (API and worker in one process), or set DATABASE_URL to a PostgreSQL database.',
    );
    this.name = 'DataDirectoryInUse';
  }
}

export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Holds a directory for this process by listening on a socket in it: the lock ends with the process, however it ends.
 * @throws DataDirectoryInUse
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const path = socketPath(directory);
  const first = await listen(path);
  if (first !== undefined) return { release: () => closed(first) };
  const successor = await listenInsteadOfTheDead(path);
  if (successor === undefined) throw new DataDirectoryInUse(directory);
  return {
    release: async () => {
      // Closing removes only the name that it listened to at first.
      await unlink(path).catch(() => undefined);
      await closed(successor);
    },
  };
}

/** Longer than anybody needs from finding a dead socket to replacing it. */
const settleMs = 250;

/** Socket paths are limited to about 100 bytes, of which a successor needs seven more; a long one moves to the temporary folder under a name of its own. */
function socketPath(directory: string): string {
  const real = realpathSync(directory);
  const inside = join(real, 'lock.sock');
  const name = createHash('sha256').update(real).digest('hex').slice(0, 24);
  return Buffer.byteLength(inside) <= 95 ? inside : join(tmpdir(), `tandem-${name}.sock`);
}

async function listenInsteadOfTheDead(path: string): Promise<Server | undefined> {
  if (await answers(path)) return undefined;
  const own = `${path}.${randomBytes(3).toString('hex')}`;
  const server = await listen(own);
  if (server === undefined) return undefined;
  const mine = await inodeAt(own);
  await rename(own, path);
  // Others may have found the same dead socket and replace ours: the last one stays.
  await sleep(settleMs);
  if ((await inodeAt(path)) === mine) return server;
  await closed(server);
  return undefined;
}

const inodeAt = async (path: string): Promise<number | null> =>
  stat(path).then(
    ({ ino }) => ino,
    () => null,
  );

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.end());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
