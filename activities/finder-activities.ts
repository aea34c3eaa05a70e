import type { CatchUpActivities, FeedActivities, RollingCheckActivities } from '../workflows/contract.ts';
import { catchUp } from './catch-up/catch-up.ts';
import type { CatchUpDependencies } from './catch-up/dependencies.ts';
import { type FeedDependencies, readFeeds } from './catch-up/read-feeds.ts';
import { checkOldest, type RollingCheckDependencies } from './rolling-check/check-oldest.ts';
import { runAttempt } from './run-attempt.ts';

/** The activities that find changes nobody has reported. */
export const createFinderActivities = (
  deps: CatchUpDependencies & FeedDependencies & RollingCheckDependencies,
): CatchUpActivities & FeedActivities & RollingCheckActivities => ({
  catchUp: async ({ pair }) => {
    const work = { pair, failure: 'The latest changes could not be looked for' };
    return runAttempt(deps.observer, work, ({ signal }) => catchUp(deps, { pair }, signal));
  },
  readFeeds: async ({ system }) => {
    const work = { system, failure: 'What a system tells of changes could not be read' };
    return runAttempt(deps.observer, work, ({ signal }) => readFeeds(deps, { system }, signal));
  },
  checkOldest: async ({ pair }) => {
    const work = { pair, failure: 'Records could not be visited' };
    return runAttempt(deps.observer, work, ({ signal }) => checkOldest(deps, { pair }, signal));
  },
});
