import { setTimeout as sleep } from 'node:timers/promises';
import { censusRun, type CensusRunView } from '../../api/ops/census-shape.ts';
import type { ApiClient } from '../api-client.ts';
import { pathOf } from '../pages.ts';
import type { ProgressDisplay } from './progress-display.ts';

const askEveryMs = 1_000;

export interface Followed {
  readonly run: CensusRunView;
  /** Whoever looked has stopped looking; the walk goes on. */
  readonly isDetached: boolean;
}

/** Looks at a walk until it has ended, is paused, or nobody wants to look any more. @throws CommandFailed */
export async function follow(
  api: ApiClient,
  { pair, id }: Pick<CensusRunView, 'pair' | 'id'>,
  display: ProgressDisplay,
  detached: AbortSignal,
): Promise<Followed> {
  for (;;) {
    const run = await api.call('GET', `${pathOf(pair)}/census?run=${id}`, censusRun);
    display.show(run);
    if (run.state !== 'running' || detached.aborted) return { run, isDetached: run.state === 'running' };
    await sleep(askEveryMs, undefined, { signal: detached }).catch(() => undefined);
  }
}
