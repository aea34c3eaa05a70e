/**
 * Runs Jest with the given arguments and ends with the line `N passed, N failed`. `--parts=6` before them: one part of the
 * files after the other, each in processes of its own, since those of a long run grow by gigabytes and slow each other down.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judgeReports } from './test-report.ts';

const jestPath = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));

const directory = await mkdtemp(join(tmpdir(), 'tandem-tests-'));
try {
  process.exitCode = await runTests(directory, process.argv.slice(2));
} finally {
  await rm(directory, { recursive: true });
}

async function runTests(folder: string, [first = '', ...others]: readonly string[]): Promise<number> {
  const parts = /^--parts=(\d+)$/.exec(first)?.[1];
  const runs = parts === undefined ? [[first, ...others].filter((one) => one !== '')] : shards(Number(parts), others);
  const reports: unknown[] = [];
  let isGood = true;
  for (const [index, jestArguments] of runs.entries()) {
    const reportPath = join(folder, `report-${index}.json`);
    const exitCode = await runJest([...jestArguments, '--json', '--outputFile', reportPath]);
    const report = await readFile(reportPath, 'utf8').catch(() => undefined);
    if (report === undefined) console.error('Jest ended without a report.');
    reports.push(report === undefined ? null : JSON.parse(report));
    isGood &&= exitCode === 0;
  }
  const { passed, failed, problems } = judgeReports(reports);
  for (const problem of problems) console.error(`Not good: ${problem}.`);
  console.log(`${passed} passed, ${failed} failed`);
  return problems.length === 0 && isGood ? 0 : 1;
}

/** Whether there were any tests is judged of all parts together. */
function shards(parts: number, jestArguments: readonly string[]): readonly (readonly string[])[] {
  const shard = (index: number): string => `--shard=${index + 1}/${parts}`;
  return Array.from({ length: parts }, (_, index) => [...jestArguments, '--passWithNoTests', shard(index)]);
}

function runJest(jestArguments: readonly string[]): Promise<number> {
  const nodeArguments = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jestPath];
  // With --json Jest repeats the report on stdout; what people read goes to stderr.
  const jest = spawn(process.execPath, [...nodeArguments, ...jestArguments], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    jest.once('error', reject);
    jest.once('close', (exitCode) => {
      resolve(exitCode ?? 1);
    });
  });
}
