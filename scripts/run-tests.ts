/** Runs Jest with the given arguments and ends with the line `N passed, N failed`. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judgeReport } from './test-report.ts';

const jestPath = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));

const directory = await mkdtemp(join(tmpdir(), 'tandem-tests-'));
try {
  process.exitCode = await runTests(join(directory, 'report.json'), process.argv.slice(2));
} finally {
  await rm(directory, { recursive: true });
}

async function runTests(reportPath: string, jestArguments: readonly string[]): Promise<number> {
  const exitCode = await runJest([...jestArguments, '--json', '--outputFile', reportPath]);
  const report = await readFile(reportPath, 'utf8').catch(() => undefined);
  if (report === undefined) {
    console.error('Jest ended without a report.');
    console.log('0 passed, 1 failed');
    return 1;
  }
  const { passed, failed, problems } = judgeReport(JSON.parse(report));
  for (const problem of problems) console.error(`Not good: ${problem}.`);
  console.log(`${passed} passed, ${failed} failed`);
  return problems.length > 0 || exitCode !== 0 ? 1 : 0;
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
