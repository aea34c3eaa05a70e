import type { Logger } from '../log.ts';
import { type Recurring, startRecurring } from '../recurring.ts';
import type { CensusViews } from '../store/census-views.ts';
import type { CensusStarter } from './census-starter.ts';

export interface CensusKeeperOptions {
  readonly views: () => Pick<CensusViews, 'running'>;
  readonly starter: CensusStarter;
  readonly everyMs: number;
  readonly log: Logger;
}

/**
 * Starts walks that nobody carries out though their row says so: asked for while Temporal was away, ended there by hand,
 * or begun while the workflow of the one before was just ending. Several processes may do so.
 */
export function startCensusKeeper({ views, starter, everyMs, log }: CensusKeeperOptions): Recurring {
  return startRecurring({
    everyMs,
    run: async () => {
      for (const { id, pair } of await views().running()) await starter.start({ pair, runId: id });
      return undefined;
    },
    onFailing: (error) => {
      log.warn({ reason: error instanceof Error ? error.name : 'unknown' }, 'Walks can not be looked after');
    },
  });
}
