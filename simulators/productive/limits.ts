import type { Refusal } from '../faults.ts';
import { RateLimit, type RateWindow } from '../rate-limit.ts';
import type { Limits } from './options.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

interface Windowed {
  readonly windows: readonly RateWindow[];
  readonly limit: RateLimit;
}

/** Counts API requests by the documented scopes and refuses those above. */
export class RequestLimits {
  /** Everything that arrived at the API, for `mostInAnyWindow`. */
  arrivals = new RateLimit();
  #limits: Limits;
  #organization: Windowed;
  #tokens = new Map<string, Windowed>();
  #reports = new Map<string, Windowed>();
  /** What the server has worked since the start of the hour and of the day. */
  readonly #worked = new Map<number, { start: number; ms: number }>();
  readonly #now: () => Date;
  refused = 0;

  constructor(limits: Limits, now: () => Date) {
    this.#limits = limits;
    this.#organization = windowed(limits.perOrganization);
    this.#now = now;
  }

  /** From now on, with empty windows. */
  change(limits: Limits): void {
    this.#limits = limits;
    this.#organization = windowed(limits.perOrganization);
    this.#tokens = new Map();
    this.#reports = new Map();
    this.#worked.clear();
  }

  /** Forgets what has arrived. */
  reset(): void {
    this.arrivals = new RateLimit();
    this.refused = 0;
    this.change(this.#limits);
  }

  /** Charges the time that the server has worked for an answer. */
  charge(records: number): void {
    const time = this.#limits.serverTime;
    if (time === null) return;
    for (const periodMs of [hourMs, dayMs]) {
      this.#workedIn(periodMs).ms += time.perCallMs + time.perRecordMs * records;
    }
  }

  /** @returns null if the request may go on */
  arrive(token: string, isReport: boolean): Refusal | null {
    this.arrivals.arrive();
    const scopes = [
      this.#organization,
      of(this.#tokens, token, this.#limits.perToken),
      ...(isReport ? [of(this.#reports, token, this.#limits.reports)] : []),
    ];
    // All of them count the request, also where one has refused it already.
    const refusals = [this.#overtime(), ...scopes.map(refusalBy)];
    const refusal = refusals.find((one) => one !== null) ?? null;
    if (refusal !== null) this.refused += 1;
    return refusal;
  }

  #overtime(): Refusal | null {
    const { serverTime: time } = this.#limits;
    if (time === null) return null;
    return this.#usedUp(hourMs, time.perHourMs) ?? this.#usedUp(dayMs, time.perDayMs);
  }

  #usedUp(periodMs: number, allowedMs: number): Refusal | null {
    const { start, ms } = this.#workedIn(periodMs);
    if (ms < allowedMs) return null;
    const waitMs = start + periodMs - this.#now().getTime();
    return refusalOf('Server time limit exceeded', allowedMs / 1_000, periodMs, waitMs);
  }

  #workedIn(periodMs: number): { start: number; ms: number } {
    const start = Math.floor(this.#now().getTime() / periodMs) * periodMs;
    const known = this.#worked.get(periodMs);
    const current = known?.start === start ? known : { start, ms: 0 };
    this.#worked.set(periodMs, current);
    return current;
  }
}

const windowed = (windows: readonly RateWindow[]): Windowed => ({ windows, limit: new RateLimit(windows) });

function of(all: Map<string, Windowed>, key: string, windows: readonly RateWindow[]): Windowed {
  const found = all.get(key) ?? windowed(windows);
  all.set(key, found);
  return found;
}

function refusalBy({ windows, limit }: Windowed): Refusal | null {
  const waitMs = limit.arrive();
  const [window] = windows;
  return waitMs === 0 || window === undefined
    ? null
    : refusalOf('Too many requests', window.calls, window.perMs, waitMs);
}

/** `X-RateLimit-Reset` in seconds (documented; there is no `Retry-After`); limit and period stand in the body. */
function refusalOf(title: string, limit: number, periodMs: number, waitMs: number): Refusal {
  const period = periodMs / 1_000;
  const detail = `The limit of ${limit} in ${period} seconds is exceeded`;
  return {
    headers: { 'x-ratelimit-reset': String(Math.ceil(waitMs / 1_000)), 'content-type': 'application/vnd.api+json' },
    body: JSON.stringify({ errors: [{ status: '429', title, detail, limit, period }] }),
  };
}
