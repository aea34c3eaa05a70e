import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { acquireTemporalServer } from './acquire.ts';

let home: string;
let lines: string[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tandem-home-'));
  await mkdir(join(home, 'bin'));
  lines = [];
});

afterEach(() => rm(home, { recursive: true }));

const worksAs = (name: string) => `#!/bin/sh\necho ${name}\n`;
const broken = '#!/bin/sh\nexit 3\n';

async function install(name: string, script: string): Promise<string> {
  const path = join(home, 'bin', name);
  await writeFile(path, script);
  await chmod(path, 0o755);
  return path;
}

/** A machine whose PATH is one folder, and a download that is the given shell script (`$0` is the folder to fill). */
function acquire(downloadScript: string, environment: Record<string, string> = {}) {
  return acquireTemporalServer({
    log: (line) => lines.push(line),
    environment: { PATH: join(home, 'bin'), ...environment },
    homeDirectory: home,
    downloadCommand: (directory) => ({ command: '/bin/sh', commandArguments: ['-c', downloadScript, directory] }),
  });
}

test('a given address is used and nothing else is looked at', async () => {
  await install('temporal', broken);
  const server = await acquire('exit 1', { TEMPORAL_ADDRESS: 'temporal.example:7233' });
  expect(server).toEqual({ kind: 'given-address', address: 'temporal.example:7233' });
  expect(lines).toEqual(['Temporal: using the server at temporal.example:7233 (TEMPORAL_ADDRESS)']);
});

test('the executable on the PATH is used', async () => {
  const path = await install('temporal', worksAs('temporal'));
  expect(await acquire('exit 1')).toEqual({ kind: 'executable', path });
});

test('an executable that does not run is passed over and named', async () => {
  const path = await install('temporal', broken);
  const server = await acquire('echo "#!/bin/sh" > "$0/temporal-sdk"');
  expect(server).toEqual({ kind: 'executable', path: join(home, '.cache/tandem/bin/temporal') });
  expect(lines).toContain(`Temporal: ${path} does not run`);
});

test('a download is kept and found again the next time', async () => {
  const first = await acquire('echo "#!/bin/sh" > "$0/temporal-sdk"');
  const second = await acquire('echo "must not run" >&2; exit 1');
  expect(second).toEqual(first);
  expect(await readdir(join(home, '.cache/tandem'))).toEqual(['bin']);
});

test('when the download fails, Go builds the pinned version into our cache', async () => {
  await install('go', '#!/bin/sh\necho "$@" > "$GOBIN/temporal"\n');
  const server = await acquire('echo "no route to host" >&2; exit 1');
  const path = join(home, '.cache/tandem/bin/temporal');
  expect(server).toEqual({ kind: 'executable', path });
  expect(await readFile(path, 'utf8')).toBe('install -ldflags=-s -w github.com/temporalio/cli/cmd/temporal@v1.5.1\n');
  expect(lines).toContain('Temporal: download failed: no route to host');
});

test('a half-finished download is never taken for an executable', async () => {
  await expect(acquire('echo half > "$0/temporal-sdk.downloading"')).rejects.toMatchObject({
    code: 'TEMPORAL_SERVER_UNAVAILABLE',
  });
  expect(await readdir(join(home, '.cache/tandem/bin'))).toEqual([]);
});

test('when nothing works, the error says what was tried and the three things that help', async () => {
  const failure = acquire('echo "no route to host" >&2; exit 1');
  await expect(failure).rejects.toThrow('tried: download failed: no route to host');
  await expect(failure).rejects.toThrow('1. set TEMPORAL_ADDRESS');
  await expect(failure).rejects.toThrow('2. put the Temporal CLI');
  await expect(failure).rejects.toThrow('3. install Go');
});

test('a cache that cannot be written to is a reason like any other', async () => {
  await writeFile(join(home, 'a-file'), '');
  await expect(acquire('exit 0', { XDG_CACHE_HOME: join(home, 'a-file') })).rejects.toMatchObject({
    code: 'TEMPORAL_SERVER_UNAVAILABLE',
  });
});
