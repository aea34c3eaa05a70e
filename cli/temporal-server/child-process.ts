import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** How a child ended: by itself with a code, by a signal, or not at all because it could not be started. */
export type ChildExit =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'not-started'; readonly reason: string };

/** A child process in a group of its own, so that Ctrl+C in the terminal reaches only us and we stop the child in order. */
export interface TetheredChild {
  readonly pid: number;
  readonly exited: Promise<ChildExit>;
  /** The last lines that the child wrote to stdout and stderr, oldest first. */
  lastLines(): readonly string[];
  /** Sends the signal to the child and to everything that the child started. */
  signal(signal: NodeJS.Signals): void;
}

export interface ChildOptions {
  readonly command: string;
  readonly commandArguments: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  readonly workingDirectory?: string;
  /** Only root can start a child as somebody else. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

const keptLines = 20;

/** Starts a child that is killed as soon as this process is gone, even after SIGKILL. */
export function spawnTethered(options: ChildOptions): TetheredChild {
  const child = spawn(options.command, options.commandArguments, spawnOptions(options));
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) if (stream !== null) keepLastLines(stream, lines);
  const exited = exitOf(child);
  const pid = child.pid ?? 0;
  let running = pid > 0;
  void exited.then(() => (running = false));
  if (pid > 0) tether(pid, exited);
  return {
    pid,
    exited,
    lastLines: () => lines,
    signal: (signal) => {
      if (running) signalGroup(pid, signal);
    },
  };
}

/** A sentence fragment for error messages. */
export function describeExit(exit: ChildExit): string {
  switch (exit.kind) {
    case 'exited':
      return `ended with exit code ${exit.exitCode}`;
    case 'killed':
      return `was ended by ${exit.signal}`;
    case 'not-started':
      return `could not be started (${exit.reason})`;
  }
}

function spawnOptions(options: ChildOptions): SpawnOptions {
  return {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: options.environment ?? process.env,
    ...(options.workingDirectory === undefined ? {} : { cwd: options.workingDirectory }),
    ...options.user,
  };
}

function keepLastLines(stream: Readable, lines: string[]): void {
  createInterface({ input: stream }).on('line', (line) => {
    lines.push(line);
    if (lines.length > keptLines) lines.shift();
  });
}

function exitOf(child: ChildProcess): Promise<ChildExit> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve({ kind: 'not-started', reason: error.message });
    });
    child.once('close', (exitCode, signal) => {
      resolve(signal === null ? { kind: 'exited', exitCode: exitCode ?? 0 } : { kind: 'killed', signal });
    });
  });
}

/**
 * Node cannot ask the kernel for a signal at the parent's death. A shell that waits for the end of a pipe can: the
 * kernel closes our end of it however we die.
 */
function tether(pid: number, exited: Promise<ChildExit>): void {
  const watcher = spawn('/bin/sh', ['-c', 'read -r _; kill -9 "-$0"', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.on('error', () => undefined);
  watcher.unref();
  void exited.then(() => watcher.kill('SIGKILL'));
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
