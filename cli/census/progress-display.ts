import type { SingleBar } from 'cli-progress';
import type { CensusRunView } from '../../api/ops/census-shape.ts';
import { progressInWords, type Systems } from './walk-in-words.ts';

/** Shows people how far a walk is. */
export interface ProgressDisplay {
  show(run: CensusRunView): void;
  end(): void;
}

export interface DisplayOptions {
  readonly out: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;
  readonly systems: Systems;
  readonly now: () => number;
  /** What is walked over, where it is one of several. A walk that is short says nothing then but how it ended. */
  readonly subject?: string;
}

/** A bar on a terminal; elsewhere a line now and then, for logs. */
export async function createDisplay(options: DisplayOptions): Promise<ProgressDisplay> {
  // Loaded only where it is needed: no other command has to wait for it.
  return options.out.isTTY ? onTerminal((await import('cli-progress')).SingleBar, options) : inLines(options);
}

const wordsOf = (run: CensusRunView, { systems, subject }: Pick<DisplayOptions, 'systems' | 'subject'>): string =>
  `${subject === undefined ? '' : `${subject}: `}${progressInWords(run, systems)}`;

const steps = 1_000;

function onTerminal(Bar: typeof SingleBar, options: DisplayOptions): ProgressDisplay {
  const format = '{bar} {words}';
  const bar = new Bar({
    format,
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
    stopOnComplete: false,
  });
  bar.start(steps, 0, { words: '' });
  return {
    show: (run) => {
      const words = wordsOf(run, options);
      bar.update(Math.floor((run.progress.fraction ?? 0) * steps), { words });
    },
    end: () => {
      bar.stop();
    },
  };
}

const lineEveryMs = 5_000;

function inLines(options: DisplayOptions): ProgressDisplay {
  const { out, now, subject } = options;
  let lastAtMs = subject === undefined ? Number.NEGATIVE_INFINITY : now();
  return {
    show: (run) => {
      if (now() - lastAtMs < lineEveryMs) return;
      lastAtMs = now();
      out.write(`${wordsOf(run, options)}\n`);
    },
    end: () => undefined,
  };
}

/** For answers that a program reads. */
export const noDisplay: ProgressDisplay = { show: () => undefined, end: () => undefined };
