import { InterceptingCall, type Interceptor, Metadata, status } from '@grpc/grpc-js';
import { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

/**
 * A connection to Temporal that is made when it is first needed. Calls that wait to be repeated while it is closed end
 * with CANCELLED; without that the SDK's timer throws where nobody can catch it (observed with `@temporalio/client` 1.24).
 */
export const lazyConnection = (address: string): Connection =>
  Connection.lazy({ address, interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), endedWithChannel] });

const endedWithChannel: Interceptor = (options, nextCall) => {
  try {
    return new InterceptingCall(nextCall(options));
  } catch {
    return new InterceptingCall(cancelledCall());
  }
};

type Call = ConstructorParameters<typeof InterceptingCall>[0];

/** A call that was never begun. */
const cancelledCall = (): Call => ({
  start: (_metadata, listener) => {
    const details = 'The connection was closed';
    listener?.onReceiveStatus?.({ code: status.CANCELLED, details, metadata: new Metadata() });
  },
  sendMessage: () => undefined,
  sendMessageWithContext: () => undefined,
  startRead: () => undefined,
  halfClose: () => undefined,
  cancelWithStatus: () => undefined,
  getPeer: () => '',
  getAuthContext: () => null,
});
