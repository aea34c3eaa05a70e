import { ApplicationFailure, Context } from '@temporalio/activity';
import {
  type CatchUpActivities,
  finderTimeoutMs,
  heartbeatTimeoutMs,
  type RollingCheckActivities,
} from '../workflows/contract.ts';
import { catchUp } from './catch-up/catch-up.ts';
import type { CatchUpDependencies } from './catch-up/dependencies.ts';
import { checkOldest, type RollingCheckDependencies } from './rolling-check/check-oldest.ts';

/** An attempt stops itself this long before Temporal gives it up. */
const marginMs = 15_000;
const heartbeatEveryMs = heartbeatTimeoutMs / 3;

/** The activities that find changes nobody has reported. */
export function createFinderActivities(
  deps: CatchUpDependencies & RollingCheckDependencies,
): CatchUpActivities & RollingCheckActivities {
  return {
    catchUp: (pair) => underWay(deps, 'The latest changes', (signal) => catchUp(deps, pair, signal)),
    checkOldest: (pair) => underWay(deps, 'The records that nobody lists', (signal) => checkOldest(deps, pair, signal)),
  };
}

/** Keeps Temporal told that it is alive. Of an error only the kind goes on: the message could have a record's values. */
async function underWay<T>(
  { observer }: Pick<CatchUpDependencies, 'observer'>,
  what: string,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const heartbeat = setInterval(() => {
    context.heartbeat();
  }, heartbeatEveryMs);
  try {
    return await run(AbortSignal.any([context.cancellationSignal, AbortSignal.timeout(finderTimeoutMs - marginMs)]));
  } catch (error) {
    const type = error instanceof Error ? error.name : 'unknown';
    observer.onProblem(`${what} could not be looked at; tried again`, { reason: type });
    throw ApplicationFailure.create({ message: `${what} could not be looked at; the log says why`, type });
  } finally {
    clearInterval(heartbeat);
  }
}
