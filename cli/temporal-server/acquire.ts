import { access, constants, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { spawnTethered, type ChildOptions } from './child-process.ts';
import { TemporalServerUnavailable } from './errors.ts';
import { fetchExecutable, type Fetched } from './fetch-executable.ts';
import { cacheDirectory, pathCandidates, temporalCandidates, temporalCliModule, waysToTemporalServer } from './ways.ts';
import type { Environment, Way } from './ways.ts';

export type AcquiredServer =
  { readonly kind: 'given-address'; readonly address: string } | { readonly kind: 'executable'; readonly path: string };

export interface AcquireOptions {
  /** Receives one line at a time: which way is taken and how long it may take. */
  readonly log: (line: string) => void;
  readonly environment?: Environment;
  readonly homeDirectory?: string;
  /** What downloads the CLI into a directory; by default the Temporal SDK. */
  readonly downloadCommand?: (directory: string) => ChildOptions;
}

type Attempt =
  { readonly kind: 'acquired'; readonly server: AcquiredServer } | { readonly kind: 'failed'; readonly reason: string };

const downloadStallTimeoutMs = 20_000;
const goInstallTimeoutMs = 30 * 60_000;

/**
 * Finds, downloads or builds a Temporal server, whatever works first.
 * @throws TemporalServerUnavailable
 */
export async function acquireTemporalServer(options: AcquireOptions): Promise<AcquiredServer> {
  const resolved = { environment: process.env, homeDirectory: homedir(), downloadCommand: sdkDownload, ...options };
  const tried: string[] = [];
  for (const way of waysToTemporalServer(resolved.environment, await findingsOf(resolved))) {
    const attempt = await tryWay(way, resolved);
    if (attempt.kind === 'acquired') return attempt.server;
    options.log(`Temporal: ${attempt.reason}`);
    tried.push(attempt.reason);
  }
  throw new TemporalServerUnavailable(tried);
}

async function findingsOf({ environment, homeDirectory }: Required<AcquireOptions>) {
  const temporalPaths = await executablesAmong(temporalCandidates(environment, homeDirectory));
  const [goPath] = await executablesAmong(pathCandidates(environment, 'go'));
  return { temporalPaths, goPath };
}

async function executablesAmong(paths: readonly string[]): Promise<string[]> {
  const usable = await Promise.all(paths.map((path) => isExecutableFile(path)));
  return paths.filter((path, index) => usable[index] === true && paths.indexOf(path) === index);
}

async function isExecutableFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function tryWay(way: Way, options: Required<AcquireOptions>): Promise<Attempt> {
  switch (way.kind) {
    case 'given-address':
      options.log(`Temporal: using the server at ${way.address} (TEMPORAL_ADDRESS)`);
      return { kind: 'acquired', server: way };
    case 'executable':
      return tryExecutable(way.path, options);
    case 'download':
      options.log(
        'Temporal: no CLI found; downloading it with the SDK (about 1 minute; given up after 20 s of silence)',
      );
      return tryFetched('download', options, options.downloadCommand, downloadStallTimeoutMs);
    case 'go-install':
      options.log(`Temporal: building the CLI with Go (5 to 8 minutes, once): go install ${temporalCliModule}`);
      return tryFetched('go install', options, goInstall(way.goPath, options.environment), goInstallTimeoutMs);
  }
}

async function tryExecutable(path: string, { log }: Required<AcquireOptions>): Promise<Attempt> {
  const exit = await spawnTethered({ command: path, commandArguments: ['--version'] }).exited;
  if (exit.kind !== 'exited' || exit.exitCode !== 0) return { kind: 'failed', reason: `${path} does not run` };
  log(`Temporal: using ${path}`);
  return { kind: 'acquired', server: { kind: 'executable', path } };
}

async function tryFetched(
  name: string,
  { environment, homeDirectory, log }: Required<AcquireOptions>,
  commandFor: (directory: string) => ChildOptions,
  stallTimeoutMs: number,
): Promise<Attempt> {
  const cache = cacheDirectory(environment, homeDirectory);
  const fetched = await fetchExecutable({ commandFor, cacheDirectory: cache, stallTimeoutMs }).catch(cacheUnusable);
  if (fetched.kind === 'failed') return { kind: 'failed', reason: `${name} failed: ${fetched.reason}` };
  log(`Temporal: ${name} done, kept as ${fetched.path}`);
  return { kind: 'acquired', server: { kind: 'executable', path: fetched.path } };
}

/** For example a home directory that may not be written to. */
function cacheUnusable(error: unknown): Fetched {
  return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
}

function sdkDownload(directory: string): ChildOptions {
  const script = fileURLToPath(new URL('download-command.ts', import.meta.url));
  return { command: process.execPath, commandArguments: [script, directory] };
}

function goInstall(goPath: string, environment: Environment): (directory: string) => ChildOptions {
  return (directory) => ({
    command: goPath,
    commandArguments: ['install', '-ldflags=-s -w', temporalCliModule],
    environment: { ...environment, GOBIN: directory },
  });
}
