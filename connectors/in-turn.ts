import type { LimitFunction } from 'p-limit';
import type { CallContext } from './connector.ts';
import { Stopped } from './errors.ts';
import { untilAborted } from './until-aborted.ts';

/**
 * Sends when its turn has come. A deadline ends the wait for a turn; once the request has begun, only its own outcome
 * tells what became of it.
 * @throws Stopped, without any call, where the deadline comes first
 */
export async function inTurn<T>(
  limit: LimitFunction,
  { system, context }: { readonly system: string; readonly context: Pick<CallContext, 'signal'> },
  send: () => Promise<T>,
): Promise<T> {
  const granted = Promise.withResolvers<undefined>();
  const done = Promise.withResolvers<undefined>();
  void limit(() => {
    granted.resolve(undefined);
    return done.promise;
  });
  const stopped = (): Error => new Stopped(`${system}: stopped by a deadline or a shutdown`, { system });
  try {
    await untilAborted(granted.promise, context.signal, stopped);
    return await send();
  } finally {
    done.resolve(undefined);
  }
}
