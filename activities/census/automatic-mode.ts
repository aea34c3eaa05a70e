import type { CensusMode } from '../../store/population-tables.ts';
import type { WorkerDependencies } from '../dependencies.ts';

/**
 * What a walk may do that nobody has asked for: as long as no person has imported the pair, or had it walked over, it
 * looks after the couples that there are, and records without a partner stay as they are.
 */
export const automaticMode = async (
  { censusRuns }: Pick<WorkerDependencies, 'censusRuns'>,
  pair: string,
): Promise<CensusMode> => ((await censusRuns.wasImported(pair)) ? 'census' : 'couples');
