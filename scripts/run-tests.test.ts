import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const runTestsPath = fileURLToPath(new URL('run-tests.ts', import.meta.url));
let project: string;

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'tandem-run-tests-'));
  await symlink(fileURLToPath(new URL('../node_modules', import.meta.url)), join(project, 'node_modules'));
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
  await writeFile(join(project, 'jest.config.js'), 'export default { testMatch: ["<rootDir>/*.test.js"] };');
});

afterEach(() => rm(project, { recursive: true }));

async function runWith(testFile: string | undefined, ...jestArguments: string[]) {
  if (testFile !== undefined) await writeFile(join(project, 'some.test.js'), testFile);
  const run = spawnSync(process.execPath, [runTestsPath, ...jestArguments, '--rootDir', project], {
    cwd: project,
    encoding: 'utf8',
  });
  return { exitCode: run.status, lastLine: run.stdout.trimEnd().split('\n').at(-1), shown: run.stderr };
}

test('a good run ends with its numbers and exit code 0', async () => {
  const run = await runWith("test('one', () => {}); test('two', () => {});");
  expect(run).toMatchObject({ exitCode: 0, lastLine: '2 passed, 0 failed' });
});

test('a failing test is counted and fails the run', async () => {
  const run = await runWith("test('one', () => {}); test('two', () => { throw new Error('broken'); });");
  expect(run).toMatchObject({ exitCode: 1, lastLine: '1 passed, 1 failed' });
  expect(run.shown).toContain('broken');
});

test('a test file that cannot be loaded is counted and fails the run', async () => {
  expect(await runWith('this is no JavaScript')).toMatchObject({ exitCode: 1, lastLine: '0 passed, 1 failed' });
});

test('a skipped test fails the run', async () => {
  const run = await runWith("test('one', () => {}); test.skip('two', () => {});");
  expect(run).toMatchObject({ exitCode: 1, lastLine: '1 passed, 0 failed' });
});

test('a run without tests fails', async () => {
  expect((await runWith(undefined)).exitCode).toBe(1);
  expect((await runWith(undefined, '--passWithNoTests')).exitCode).toBe(1);
});

test('further arguments reach Jest', async () => {
  const run = await runWith("test('one', () => {}); test('two', () => {});", '--testNamePattern', 'two');
  expect(run.lastLine).toBe('1 passed, 0 failed');
});

test('a run in parts counts all of them, and one without any test fails', async () => {
  await writeFile(join(project, 'other.test.js'), "test('three', () => {});");
  const run = await runWith("test('one', () => {}); test('two', () => { throw new Error('broken'); });", '--parts=3');
  expect(run).toMatchObject({ exitCode: 1, lastLine: '2 passed, 1 failed' });
});

test('parts of nothing are nothing', async () => {
  expect(await runWith(undefined, '--parts=2')).toMatchObject({ exitCode: 1, lastLine: '0 passed, 0 failed' });
});
