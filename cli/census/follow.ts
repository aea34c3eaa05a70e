import { setTimeout as sleep } from 'node:timers/promises';
import { censusRun, type CensusRunView } from '../../api/ops/census-shape.ts';
import type { ApiClient } from '../api-client.ts';
import { ServiceNotThere } from '../command-failed.ts';
import { pathOf } from '../pages.ts';
import type { ProgressDisplay } from './progress-display.ts';

export interface FollowOptions {
  /** Aborted when nobody wants to look any more. */
  readonly detached: AbortSignal;
  /** Called after each look. */
  readonly onLook?: (run: CensusRunView) => void;
  /** A walk that has only begun is asked for more often: many are over in no time. */
  readonly askEveryMs?: number;
  /** As long as a service may be away while it is followed, for instance to be started anew. */
  readonly patienceMs?: number;
}

export interface Followed {
  readonly run: CensusRunView;
  /** Whoever looked has stopped looking; the walk goes on. */
  readonly isDetached: boolean;
}

const shortestPauseMs = 100;

/**
 * Looks at a walk until it has ended, is paused, or nobody wants to look any more. A service that is away for less than a
 * minute is waited for.
 * @throws CommandFailed
 */
export async function follow(
  api: ApiClient,
  begun: CensusRunView,
  display: ProgressDisplay,
  { detached, onLook, askEveryMs = 1_000, patienceMs = 60_000 }: FollowOptions,
): Promise<Followed> {
  const path = `${pathOf(begun.pair)}/census?run=${begun.id}`;
  let run = begun;
  const begunAtMs = performance.now();
  let answeredAtMs = begunAtMs;
  for (;;) {
    try {
      run = await api.call('GET', path, censusRun);
      answeredAtMs = performance.now();
      display.show(run);
      onLook?.(run);
    } catch (error) {
      const isLost = performance.now() - answeredAtMs > patienceMs;
      if (!(error instanceof ServiceNotThere) || isLost) throw error;
    }
    if (run.state !== 'running' || detached.aborted) return { run, isDetached: run.state === 'running' };
    const pauseMs = Math.min(askEveryMs, shortestPauseMs + (performance.now() - begunAtMs) / 10);
    await sleep(pauseMs, undefined, { signal: detached }).catch(() => undefined);
  }
}
