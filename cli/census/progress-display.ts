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
}

/** A bar on a terminal; elsewhere a line now and then, for logs. */
export async function createDisplay({ out, systems, now }: DisplayOptions): Promise<ProgressDisplay> {
  // Loaded only where it is needed: no other command has to wait for it.
  return out.isTTY ? onTerminal((await import('cli-progress')).SingleBar, systems) : inLines(out, systems, now);
}

const steps = 1_000;

function onTerminal(Bar: typeof SingleBar, systems: Systems): ProgressDisplay {
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
      const words = progressInWords(run, systems);
      bar.update(Math.floor((run.progress.fraction ?? 0) * steps), { words });
    },
    end: () => {
      bar.stop();
    },
  };
}

const lineEveryMs = 5_000;

function inLines(out: DisplayOptions['out'], systems: Systems, now: () => number): ProgressDisplay {
  let lastAtMs = Number.NEGATIVE_INFINITY;
  return {
    show: (run) => {
      if (now() - lastAtMs < lineEveryMs) return;
      lastAtMs = now();
      out.write(`${progressInWords(run, systems)}\n`);
    },
    end: () => undefined,
  };
}

/** For answers that a program reads. */
export const noDisplay: ProgressDisplay = { show: () => undefined, end: () => undefined };
