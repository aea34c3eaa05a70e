import type { CatchUpActivities, RollingCheckActivities } from '../workflows/contract.ts';
import { catchUp } from './catch-up/catch-up.ts';
import type { CatchUpDependencies } from './catch-up/dependencies.ts';
import { checkOldest, type RollingCheckDependencies } from './rolling-check/check-oldest.ts';
import { runAttempt } from './run-attempt.ts';

/** The activities that find changes nobody has reported. */
export const createFinderActivities = (
  deps: CatchUpDependencies & RollingCheckDependencies,
): CatchUpActivities & RollingCheckActivities => ({
  catchUp: async ({ pair }) => {
    const work = { pair, failure: 'The latest changes could not be looked for' };
    return runAttempt(deps.observer, work, ({ signal }) => catchUp(deps, { pair }, signal));
  },
  checkOldest: async ({ pair }) => {
    const work = { pair, failure: 'Records could not be visited' };
    return runAttempt(deps.observer, work, ({ signal }) => checkOldest(deps, { pair }, signal));
  },
});
