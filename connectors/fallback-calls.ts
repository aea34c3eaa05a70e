import {
  type CallLog,
  CallLogUnavailable,
  type CallSource,
  createLoggedCalls,
  type WindowsBySystem,
} from './call-log.ts';

/** Per cent of each window that Redis manages. */
const redisPercent = 90;

export interface FallbackCallsOptions {
  readonly windows: WindowsBySystem;
  readonly redis: CallLog;
  readonly store: CallLog;
  /** Called once when the store has to take over, with the reason. */
  readonly onProblem: (reason: string) => void;
  /** Called once when Redis counts again. */
  readonly onRecovered: () => void;
  /** How long Redis is left alone after it has failed. */
  readonly coolDownMs?: number;
}

/**
 * Calls from Redis, or from the store while Redis can't count. Every window is divided between the two, which know
 * nothing of each other: together they never allow more than the window, whichever of them answers, forgets or comes back,
 * and whenever. Of a window of one call the store has nothing.
 */
export function createFallbackCalls({ windows, redis, store, ...options }: FallbackCallsOptions): CallSource {
  const ofRedis = (calls: number): number => Math.max(1, Math.floor((calls * redisPercent) / 100));
  const ofStore = (calls: number): number => calls - ofRedis(calls);
  const preferred = new Preferred({
    ...options,
    first: createLoggedCalls({ log: redis, windows: divided(windows, ofRedis), limitedBy: 'redis' }),
    second: createLoggedCalls({ log: store, windows: divided(windows, ofStore), limitedBy: 'fallback' }),
  });
  return {
    hold: (request) => preferred.ask((source) => source.hold(request)),
    state: (system) => preferred.ask((source) => source.state(system)),
  };
}

const divided = (windows: WindowsBySystem, part: (calls: number) => number): WindowsBySystem =>
  new Map(
    [...windows].map(([system, list]) => [system, list.map(({ calls, perMs }) => ({ calls: part(calls), perMs }))]),
  );

type PreferredOptions = Omit<FallbackCallsOptions, 'windows' | 'redis' | 'store'> & {
  readonly first: CallSource;
  readonly second: CallSource;
};

class Preferred {
  readonly #options: PreferredOptions;
  #askAgainAtMs = -Infinity;
  #isTold = false;

  constructor(options: PreferredOptions) {
    this.#options = options;
  }

  async ask<T>(question: (source: CallSource) => Promise<T>): Promise<T> {
    const { first, second } = this.#options;
    if (performance.now() >= this.#askAgainAtMs) {
      // One of those who wait tries whether it is back; the others need not wait for the answer.
      if (this.#isTold) this.#coolDown();
      try {
        const answer = await question(first);
        this.#recovered();
        return answer;
      } catch (error) {
        if (!(error instanceof CallLogUnavailable)) throw error;
        this.#failed(error);
      }
    }
    return question(second);
  }

  #failed({ message }: CallLogUnavailable): void {
    this.#coolDown();
    if (this.#isTold) return;
    this.#isTold = true;
    this.#options.onProblem(message);
  }

  #recovered(): void {
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#askAgainAtMs = -Infinity;
    this.#options.onRecovered();
  }

  #coolDown(): void {
    this.#askAgainAtMs = performance.now() + (this.#options.coolDownMs ?? 5_000);
  }
}
