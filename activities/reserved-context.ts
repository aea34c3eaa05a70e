import type { CallReservation } from '../connectors/call-budget.ts';
import type { CallContext } from '../connectors/connector.ts';
import type { PassObserver } from './observer.ts';

/** The context of calls that were reserved before: each of them uses one up, and is counted. */
export const reservedContext = (
  { observer }: { readonly observer: Pick<PassObserver, 'onCall'> },
  reservation: CallReservation,
  signal: AbortSignal,
): CallContext => ({
  signal,
  beforeCall: async (call) => {
    await reservation.take();
    observer.onCall(call);
  },
});
