import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rest } from './findings.ts';

/** How often a text stands in the logs whose name begins so. */
export async function countInLogs(directory: string, prefix: string, text: string): Promise<number> {
  const names = (await readdir(directory)).filter((name) => name.startsWith(prefix));
  const counts = await Promise.all(
    names.map(async (name) => (await readFile(join(directory, name), 'utf8')).split(text).length - 1),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What the judge saw, one entry per line: whoever looks into a finding follows a record through these. */
export async function keepEvidence(directory: string, rests: readonly Rest[]): Promise<void> {
  const lines = (entries: readonly unknown[]): string => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  for (const { pair, journal, links, writes, hints } of rests) {
    const files = { journal, links, ledger: writes, hints };
    for (const [name, entries] of Object.entries(files)) {
      if (entries.length > 0) await writeFile(join(directory, `${name}-${pair.name}.jsonl`), lines(entries));
    }
  }
}
