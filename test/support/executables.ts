import { access, constants, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The first executable of that name on the PATH or in the further directories. */
export async function findExecutable(
  name: string,
  furtherDirectories: readonly string[] = [],
): Promise<string | undefined> {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), ...furtherDirectories];
  for (const directory of directories.filter((candidate) => candidate !== '')) {
    const path = join(directory, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/** Debian keeps the server programs of each PostgreSQL version off the PATH; newest first. */
export async function debianPostgresDirectories(): Promise<string[]> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  const newestFirst = versions.toSorted((left, right) => Number(right) - Number(left));
  return newestFirst.map((version) => join('/usr/lib/postgresql', version, 'bin'));
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
