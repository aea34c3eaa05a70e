import type { KeeperActivities } from '../../workflows/contract.ts';
import { runAttempt } from '../run-attempt.ts';
import type { KeeperDependencies } from './dependencies.ts';
import { keepWebhooks } from './keep-webhooks.ts';

/** The webhook keeper as an activity of the worker. */
export const createKeeperActivities = (deps: KeeperDependencies): KeeperActivities => ({
  keepWebhooks: () =>
    runAttempt(deps.observer, { failure: 'The webhooks could not be looked at' }, ({ signal }) =>
      keepWebhooks(deps, signal),
    ),
});
