import { performance } from 'node:perf_hooks';
import type { CensusStep } from '../../workflows/contract.ts';

/**
 * Takes one step after the other, each of which is stored by itself, until there is something to wait for or time is up.
 * @param forMs no step is begun after that
 * @param signal aborts when the attempt has to end
 */
export async function stepsInTime(
  step: () => Promise<CensusStep>,
  { forMs, signal }: { readonly forMs: number; readonly signal: AbortSignal },
): Promise<CensusStep> {
  const endMs = performance.now() + forMs;
  let last = await step();
  while (last.kind === 'moved' && !signal.aborted && performance.now() < endMs) last = await step();
  return last;
}
