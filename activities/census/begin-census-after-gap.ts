import { type CensusRun, CensusUnderWay } from '../../store/census-runs.ts';
import type { WorkerDependencies } from '../dependencies.ts';
import { automaticMode } from './automatic-mode.ts';

/** The walk that finds what was missed, or the one that is in its way. */
export type BegunAfterGap =
  | { readonly kind: 'under_way'; readonly run: CensusRun }
  | { readonly kind: 'later'; readonly inTheWay: CensusRun | null };

/**
 * Begins a walk over everything of a pair that may have missed something. Another one will do if it compares both sides,
 * leaves nothing undone, and began after what was missed had happened: an earlier one may have read on before.
 * @param since from then on nothing was missed
 */
export async function beginCensusAfterGap(
  { censusRuns, now }: Pick<WorkerDependencies, 'censusRuns' | 'now'>,
  pair: string,
  since: Date,
): Promise<BegunAfterGap> {
  try {
    const mode = await automaticMode({ censusRuns }, pair);
    const run = await censusRuns.begin({ pair, mode, dryRun: false, startedBy: 'schedule' }, now());
    return { kind: 'under_way', run };
  } catch (error) {
    if (!(error instanceof CensusUnderWay)) throw error;
    const open = await censusRuns.open(pair);
    return open !== null && findsAll(open, since)
      ? { kind: 'under_way', run: open }
      : { kind: 'later', inTheWay: open };
  }
}

/** A paused one may be canceled, and then nobody would look any more. */
const findsAll = ({ state, mode, dryRun, startedAt }: CensusRun, since: Date): boolean =>
  state === 'running' && mode !== 'rebuild' && !dryRun && startedAt >= since;
