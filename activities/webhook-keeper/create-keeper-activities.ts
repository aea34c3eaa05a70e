import { ApplicationFailure, Context } from '@temporalio/activity';
import { heartbeatEveryMs, type KeeperActivities, passTimeoutMs } from '../../workflows/contract.ts';
import type { KeeperDependencies } from './dependencies.ts';
import { keepWebhooks } from './keep-webhooks.ts';

/** An attempt stops itself this long before Temporal gives it up. */
const marginMs = 15_000;

/** The webhook keeper as an activity of the worker. */
export function createKeeperActivities(deps: KeeperDependencies): KeeperActivities {
  return {
    async keepWebhooks() {
      const context = Context.current();
      const heartbeat = setInterval(() => {
        context.heartbeat();
      }, heartbeatEveryMs);
      try {
        const ownLimit = AbortSignal.timeout(passTimeoutMs - marginMs);
        return await keepWebhooks(deps, AbortSignal.any([context.cancellationSignal, ownLimit]));
      } catch (error) {
        const type = error instanceof Error ? error.name : 'unknown';
        deps.observer.onProblem('The webhooks could not be looked at', { error: type });
        // The message of a failed statement lists its parameters, and Temporal keeps what reaches it.
        throw ApplicationFailure.create({ message: 'The webhooks could not be looked at; the log says why', type });
      } finally {
        clearInterval(heartbeat);
      }
    },
  };
}
