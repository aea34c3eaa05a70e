import type { CallPriority } from '../../connectors/call-budget.ts';
import type { CallContext } from '../../connectors/connector.ts';
import { ConnectorError, RateLimited } from '../../connectors/errors.ts';
import type { Side } from '../../engine/values.ts';
import { reservedContext } from '../reserved-context.ts';
import type { Asked, Obstacle } from './asked.ts';
import type { Walk } from './walk.ts';

const shortestWaitMs = 200;
const longestWaitMs = 600_000;
const troubleWaitMs = 15_000;
const loginWaitMs = 60_000;

/** Neither so short that it is busy waiting, nor so long that nobody sees what has changed meanwhile. */
export const waitOf = (forMs: number): { readonly kind: 'wait'; readonly forMs: number } => ({
  kind: 'wait',
  forMs: Math.min(longestWaitMs, Math.max(shortestWaitMs, Math.ceil(forMs))),
});

/**
 * Reserves calls of one side's system, asks it, and gives back what was not used.
 * @throws what is no failure of a system
 */
export async function askSystem<T>(
  walk: Walk,
  side: Side,
  calls: number,
  ask: (context: CallContext) => Promise<T>,
): Promise<Asked<T>> {
  const { budget, observer } = walk.deps;
  const reserved = await budget.reserve(walk.pair.title[side].system, calls, priorityOf(walk));
  if (reserved.kind === 'spent') return waitOf(reserved.retryAfterMs);
  const { reservation } = reserved;
  try {
    const answer = await ask(reservedContext({ observer }, reservation, walk.signal));
    return { kind: 'answered', answer };
  } catch (error) {
    return obstacleOf(error);
  } finally {
    await reservation.settle();
  }
}

const priorityOf = ({ run }: Walk): CallPriority => (run.mode === 'backfill' ? 'backfill' : 'census');

/** @throws what is no failure of a system */
export function obstacleOf(error: unknown): Obstacle {
  if (!(error instanceof ConnectorError)) throw error;
  switch (error.code) {
    case 'rate_limited':
      return waitOf(error instanceof RateLimited ? (error.retryAfterMs ?? troubleWaitMs) : troubleWaitMs);
    case 'auth_failed':
      return waitOf(loginWaitMs);
    case 'budget_spent':
    case 'stopped':
      return waitOf(shortestWaitMs);
    case 'unavailable':
    case 'record_failed':
    case 'stale_version':
    case 'ambiguous_write':
      return waitOf(troubleWaitMs);
    case 'forbidden':
    case 'misconfigured':
    case 'rejected':
      return { kind: 'refused', message: error.message };
  }
}
