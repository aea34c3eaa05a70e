import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { PageAhead } from './page-ahead.ts';
import type { CensusStep } from '../../workflows/contract.ts';

/**
 * Takes one step after the other, each of which is stored by itself, until time is up or there is nothing to do for longer
 * than that. A short wait, as for the next call that a used-up budget has, is over sooner than Temporal could set a timer.
 * @param forMs no step is begun after that, but for one whose page was asked for before
 * @param signal aborts when the attempt has to end
 */
export async function stepsInTime(
  step: (ahead: PageAhead) => Promise<CensusStep>,
  { forMs, signal }: { readonly forMs: number; readonly signal: AbortSignal },
): Promise<CensusStep> {
  const endMs = performance.now() + forMs;
  const isTimeAfter = (ms: number): boolean => performance.now() + ms < endMs;
  const ahead = new PageAhead(() => isTimeAfter(0) && !signal.aborted);
  for (;;) {
    const last = await step(ahead);
    const pauseMs = pauseAfter(last);
    if (pauseMs === null || signal.aborted) return last;
    const isPaidFor = last.kind === 'moved' && ahead.isThere;
    if (!isTimeAfter(pauseMs) && !isPaidFor) return last;
    // Whoever aborts wants the step that was taken, not an error.
    const isOver = pauseMs === 0 || (await setTimeout(pauseMs, true, { signal }).catch(() => false));
    if (!isOver) return last;
  }
}

/** Null: there is nothing to go on with. */
function pauseAfter(step: CensusStep): number | null {
  if (step.kind === 'moved') return 0;
  return step.kind === 'wait' ? step.forMs : null;
}
