import { setTimeout as sleep } from 'node:timers/promises';
import { censusRun, type CensusRunView } from '../../api/ops/census-shape.ts';
import type { ApiClient } from '../api-client.ts';
import { ServiceNotThere } from '../command-failed.ts';
import { pathOf } from '../pages.ts';
import type { ProgressDisplay } from './progress-display.ts';

export interface FollowOptions {
  /** Aborted when nobody wants to look any more. */
  readonly detached: AbortSignal;
  readonly askEveryMs?: number;
  /** As long as a service may be away while it is followed, for instance to be started anew. */
  readonly patienceMs?: number;
}

export interface Followed {
  readonly run: CensusRunView;
  /** Whoever looked has stopped looking; the walk goes on. */
  readonly isDetached: boolean;
}

/**
 * Looks at a walk until it has ended, is paused, or nobody wants to look any more. A service that is away for less than a
 * minute is waited for.
 * @throws CommandFailed
 */
export async function follow(
  api: ApiClient,
  begun: CensusRunView,
  display: ProgressDisplay,
  { detached, askEveryMs = 1_000, patienceMs = 60_000 }: FollowOptions,
): Promise<Followed> {
  const path = `${pathOf(begun.pair)}/census?run=${begun.id}`;
  let run = begun;
  let answeredAtMs = performance.now();
  for (;;) {
    try {
      run = await api.call('GET', path, censusRun);
      answeredAtMs = performance.now();
      display.show(run);
    } catch (error) {
      const isLost = performance.now() - answeredAtMs > patienceMs;
      if (!(error instanceof ServiceNotThere) || isLost) throw error;
    }
    if (run.state !== 'running' || detached.aborted) return { run, isDetached: run.state === 'running' };
    await sleep(askEveryMs, undefined, { signal: detached }).catch(() => undefined);
  }
}
