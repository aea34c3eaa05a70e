import type { MultiBar } from 'cli-progress';
import type { CensusRunView } from '../../api/ops/census-shape.ts';
import { progressInWords, type Systems } from './walk-in-words.ts';

/** Shows people how far a walk is. */
export interface ProgressDisplay {
  show(run: CensusRunView): void;
  end(): void;
}

/** Shows several walks, each as long as it is under way, and what is to be said beside them. */
export interface ProgressDisplays {
  of(walk: ShownWalk): ProgressDisplay;
  say(line: string): void;
  end(): void;
}

export interface ShownWalk {
  readonly systems: Systems;
  /** What is walked over, where it is one of several. A walk that is short says nothing then but how it ended. */
  readonly subject?: string;
}

export interface DisplayOptions {
  readonly out: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;
  readonly now: () => number;
}

/** Bars on a terminal; elsewhere a line now and then, for logs. */
export async function createDisplays(options: DisplayOptions): Promise<ProgressDisplays> {
  // Loaded only where it is needed: no other command has to wait for it.
  return options.out.isTTY ? onTerminal((await import('cli-progress')).MultiBar) : inLines(options);
}

const wordsOf = (run: CensusRunView, { systems, subject }: ShownWalk): string =>
  `${subject === undefined ? '' : `${subject}: `}${progressInWords(run, systems)}`;

const steps = 1_000;

function onTerminal(Bars: typeof MultiBar): ProgressDisplays {
  const format = '{bar} {words}';
  const bars = new Bars({ format, barsize: 24, hideCursor: true, clearOnComplete: true, linewrap: false });
  return {
    of: (walk) => {
      const bar = bars.create(steps, 0, { words: '' });
      return {
        show: (run) => {
          bar.update(Math.floor((run.progress.fraction ?? 0) * steps), { words: wordsOf(run, walk) });
        },
        end: () => {
          bars.remove(bar);
        },
      };
    },
    say: (line) => {
      bars.log(`${line}\n`);
    },
    end: () => {
      // What was said last is written with the next picture only.
      bars.update();
      bars.stop();
    },
  };
}

const lineEveryMs = 5_000;

function inLines({ out, now }: DisplayOptions): ProgressDisplays {
  const say = (line: string): void => {
    out.write(`${line}\n`);
  };
  return {
    of: (walk) => {
      let lastAtMs = walk.subject === undefined ? Number.NEGATIVE_INFINITY : now();
      return {
        show: (run) => {
          if (now() - lastAtMs < lineEveryMs) return;
          lastAtMs = now();
          say(wordsOf(run, walk));
        },
        end: () => undefined,
      };
    },
    say,
    end: () => undefined,
  };
}

export const noDisplay: ProgressDisplay = { show: () => undefined, end: () => undefined };

/** For answers that a program reads. */
export const noDisplays: ProgressDisplays = {
  of: () => noDisplay,
  say: () => undefined,
  end: () => undefined,
};
