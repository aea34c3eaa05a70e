/**
 * Waits for `promise`, but no longer than until `signal` aborts; what `promise` does is not stopped by that.
 * For waiting on work that others share, where the first caller's deadline must not decide for all.
 * @throws whatever `onAbort` makes
 */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal, onAbort: () => Error): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => undefined);
    throw onAbort();
  }
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => {
    reject(onAbort());
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
