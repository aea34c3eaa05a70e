import { performance } from 'node:perf_hooks';

/** At most so many requests in any stretch of so many milliseconds. */
export interface RateWindow {
  calls: number;
  perMs: number;
}

/** Notes when each request arrives, to the microsecond, and refuses those above its windows. */
export class RateLimit {
  readonly #windows: readonly RateWindow[];
  #arrivals: number[] = [];
  #admitted: number[] = [];
  refused = 0;

  constructor(windows: readonly RateWindow[] = []) {
    this.#windows = windows;
  }

  /** @returns 0 if the request is admitted, else in how many milliseconds there is room for it */
  arrive(nowMs: number = performance.now()): number {
    this.#arrivals.push(nowMs);
    const waitMs = Math.max(0, ...this.#windows.map((window) => this.#waitOf(window, nowMs)));
    if (waitMs > 0) this.refused += 1;
    else this.#admit(nowMs);
    return waitMs;
  }

  get arrived(): number {
    return this.#arrivals.length;
  }

  /** The most requests, refused ones too, that arrived within less than so many milliseconds of each other. */
  mostInAnyWindow(windowMs: number): number {
    let first = 0;
    let most = 0;
    for (const [last, arrivedMs] of this.#arrivals.entries()) {
      while (arrivedMs - (this.#arrivals[first] ?? 0) >= windowMs) first += 1;
      most = Math.max(most, last - first + 1);
    }
    return most;
  }

  #waitOf({ calls, perMs }: RateWindow, nowMs: number): number {
    const earliestThatFills = this.#admitted.at(-calls);
    return earliestThatFills === undefined ? 0 : Math.max(0, earliestThatFills + perMs - nowMs);
  }

  #admit(nowMs: number): void {
    if (this.#windows.length > 0) this.#admitted.push(nowMs);
  }
}
