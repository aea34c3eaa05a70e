import {
  describeExit,
  spawnTethered,
  type ChildOptions,
  type TetheredChild,
} from '../../cli/temporal-server/child-process.ts';
import { untilReady } from '../../cli/temporal-server/readiness.ts';
import { type Component, ComponentFailed, type Harm } from './component.ts';

export interface ProcessOptions {
  readonly name: string;
  readonly harms: readonly Harm[];
  /** Everything that it says is appended to it. */
  readonly logFile: string;
  readonly child: () => ChildOptions;
  /** Throws while it does not answer. */
  readonly probe: () => Promise<void>;
  /** Processes that are not in its group and have to die with it. */
  readonly alsoKilled?: (pid: number) => readonly number[];
  /** What is left behind by a killed one and would keep the next from starting. */
  readonly cleanUp?: () => Promise<void>;
}

const startTimeoutMs = 60_000;
const startAttempts = 5;
/** As container platforms do after a while. */
const stopTimeoutMs = 20_000;

/** A component that is a child process with a log file. */
export class ProcessComponent implements Component {
  readonly name: string;
  readonly harms: readonly Harm[];
  ownDeaths = 0;
  readonly #options: ProcessOptions;
  #child: TetheredChild | undefined;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.name = options.name;
    this.harms = options.harms;
  }

  async start(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const problem = await this.#startOnce();
      if (problem === null) return;
      await this.end('SIGKILL');
      if (attempt === startAttempts) throw new ComponentFailed(`${this.name} ${problem}; see ${this.#options.logFile}`);
    }
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const others = this.#options.alsoKilled?.(child.pid) ?? [];
    child.signal(signal);
    for (const pid of others) killIfThere(pid);
    const patience = setTimeout(() => {
      child.signal('SIGKILL');
    }, stopTimeoutMs);
    await child.exited;
    clearTimeout(patience);
    await this.#options.cleanUp?.();
  }

  pause(): void {
    this.#child?.signal('SIGSTOP');
  }

  resume(): void {
    this.#child?.signal('SIGCONT');
  }

  /** As whatever supervises processes in production does. What keeps it from starting again is told by the next start. */
  #reviveOwnDeath(): void {
    this.ownDeaths += 1;
    this.start().catch(() => undefined);
  }

  /** @returns why it is not there, or null */
  async #startOnce(): Promise<string | null> {
    const child = spawnTethered(withLog(this.#options.child(), this.#options.logFile));
    this.#child = child;
    const readiness = await untilReady({ child, probe: this.#options.probe, timeoutMs: startTimeoutMs });
    switch (readiness.kind) {
      case 'ended':
        return describeExit(readiness.exit);
      case 'timed-out':
        return `does not answer after ${startTimeoutMs / 1_000} s`;
      case 'ready':
        void child.exited.then(() => {
          if (this.#child === child) this.#reviveOwnDeath();
        });
        return null;
    }
  }
}

/** The shell replaces itself, so that the process keeps its number. */
const withLog = ({ command, commandArguments, ...options }: ChildOptions, logFile: string): ChildOptions => ({
  ...options,
  command: '/bin/sh',
  commandArguments: ['-c', 'exec "$@" >>"$0" 2>&1', logFile, command, ...commandArguments],
});

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was faster.
  }
}
