import type { CallPriority } from '../connectors/call-budget.ts';
import type { CallContext } from '../connectors/connector.ts';
import { ConnectorError, type ConnectorErrorCode } from '../connectors/errors.ts';
import type { PairDefinition } from '../engine/pair.ts';
import type { FindingDependencies } from './catch-up/dependencies.ts';
import { reservedContext } from './reserved-context.ts';

/** Why nothing was learned; `circuit_open`: the system is in trouble, and was not asked. */
export type FinderTrouble = ConnectorErrorCode | 'circuit_open';

export type FinderAnswer<T> =
  { readonly kind: 'answered'; readonly value: T } | { readonly kind: 'trouble'; readonly code: FinderTrouble };

export interface FinderCall<T> {
  readonly system: string;
  readonly priority: CallPriority;
  readonly signal: AbortSignal;
  /** Whom it is for, if it is for one. */
  readonly record?: string;
  readonly send: (context: CallContext) => Promise<T>;
}

/**
 * One request that can wait: sent only with room in the budget and while the system is not in trouble.
 * @throws what the store throws
 */
export async function callIfPossible<T>(
  { budget, circuits, observer }: Pick<FindingDependencies, 'budget' | 'circuits' | 'observer'>,
  { system, priority, signal, record, send }: FinderCall<T>,
): Promise<FinderAnswer<T>> {
  if ((await circuits.list()).some((open) => open.system === system)) return { kind: 'trouble', code: 'circuit_open' };
  const reserved = await budget.reserve(system, 1, priority);
  if (reserved.kind === 'spent') return { kind: 'trouble', code: 'budget_spent' };
  const { reservation } = reserved;
  const context = reservedContext({ observer }, reservation, signal);
  try {
    return { kind: 'answered', value: await send({ ...context, ...(record !== undefined && { record }) }) };
  } catch (error) {
    if (error instanceof ConnectorError) return { kind: 'trouble', code: error.code };
    throw error;
  } finally {
    await reservation.settle();
  }
}

/** @throws if this worker does not know the pair */
export function pairNamed({ pairs }: Pick<FindingDependencies, 'pairs'>, name: string): PairDefinition {
  const pair = pairs.find((one) => one.name === name);
  if (pair === undefined) throw new TypeError(`This worker knows no pair ${name}`);
  return pair;
}
