export interface RecurringOptions {
  /** @returns how long until the next time, in milliseconds, where that is not as usual */
  readonly run: (signal: AbortSignal) => Promise<number | undefined>;
  readonly everyMs: number;
  /** Told once when it begins to fail, not each time. */
  readonly onFailing: (error: unknown) => void;
}

export interface Recurring {
  /** No next time; a run that is under way is waited for. */
  stop(): Promise<void>;
}

/** Runs something again and again, one at a time, whatever becomes of a single run. The first time comes after `everyMs`. */
export function startRecurring({ run, everyMs, onFailing }: RecurringOptions): Recurring {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let isFailing = false;
  let running: Promise<void> = Promise.resolve();

  const once = async (): Promise<number> => {
    try {
      const nextMs = await run(stopping.signal);
      isFailing = false;
      return nextMs ?? everyMs;
    } catch (error) {
      if (!isFailing && !stopping.signal.aborted) onFailing(error);
      isFailing = true;
      return everyMs;
    }
  };
  const schedule = (afterMs: number): void => {
    if (stopping.signal.aborted) return;
    timer = setTimeout(() => {
      running = once().then(schedule);
    }, afterMs);
  };
  schedule(everyMs);
  return {
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
