import { setImmediate as nextTick } from 'node:timers/promises';
import type { CallContext, CallPurpose } from './connector.ts';

/** A context that remembers what was counted, and can be stopped. */
export interface TestContext extends CallContext {
  readonly purposes: readonly CallPurpose[];
  count(purpose: CallPurpose): number;
  abort(): void;
}

export function createContext(): TestContext {
  const controller = new AbortController();
  const purposes: CallPurpose[] = [];
  return {
    signal: controller.signal,
    beforeCall: ({ purpose }) => {
      purposes.push(purpose);
    },
    purposes,
    count: (purpose) => purposes.filter((counted) => counted === purpose).length,
    abort: () => {
      controller.abort();
    },
  };
}

/** What a promise is rejected with; a failure of its own if it is not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => new Error(`not rejected, but ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
}

/** Waits for something that happens elsewhere in this process; the test's own time-out is the limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTick();
}
