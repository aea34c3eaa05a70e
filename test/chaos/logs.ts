import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How often a text stands in the logs whose name begins so. */
export async function countInLogs(directory: string, prefix: string, text: string): Promise<number> {
  const names = (await readdir(directory)).filter((name) => name.startsWith(prefix));
  const counts = await Promise.all(
    names.map(async (name) => (await readFile(join(directory, name), 'utf8')).split(text).length - 1),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
