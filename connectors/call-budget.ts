/** How many requests a system may get, and who gets them first. */

export interface CallWindow {
  /** At most so many calls … */
  readonly calls: number;
  /** … in any stretch of so many milliseconds. */
  readonly perMs: number;
}

/**
 * The part of each window, in per cent, that a class of work may fill. What others have used counts for all classes, so
 * that the rest stays free for the more urgent ones.
 */
const percentOf = { interactive: 100, webhook: 90, catch_up: 80, census: 70, backfill: 70 } as const;

/** Who gets calls first when they are scarce; each class may fill a window only up to its share. */
export type CallPriority = keyof typeof percentOf;

/** Most urgent first. */
export const callPriorities: readonly CallPriority[] = ['interactive', 'webhook', 'catch_up', 'census', 'backfill'];

/** A class' part of a window in calls; at least one, unless the window has none. */
export const shareOf = (calls: number, priority: CallPriority): number =>
  Math.min(calls, Math.max(1, Math.floor((calls * percentOf[priority]) / 100)));

export type ReservationResult =
  | { readonly kind: 'reserved'; readonly reservation: CallReservation }
  /** Too little is left. `retryAfterMs`: when it is worth asking again. */
  | { readonly kind: 'spent'; readonly retryAfterMs: number };

export interface CallReservation {
  /**
   * Called right before each request. Uses one of the reserved calls, or takes one more if all are used.
   * @throws BudgetSpent when there is none
   */
  take(): Promise<void>;
  /**
   * All requests have been answered or given up: unused calls go back, those used count from now on. Never throws; what
   * can't be settled expires by itself.
   */
  settle(): Promise<void>;
}

export interface WindowState extends CallWindow {
  /** Calls that count at the moment, those reserved included. */
  readonly used: number;
}

export interface BudgetState {
  /** Empty for a system without a budget. */
  readonly windows: readonly WindowState[];
  /** How many calls each class could reserve now; Infinity without a budget. */
  readonly available: Readonly<Record<CallPriority, number>>;
  /** Who keeps count. `fallback`: the store with its small part of the budget, since Redis can't. */
  readonly limitedBy: 'nothing' | 'store' | 'redis' | 'fallback';
}

/** Never more calls of a system than its windows allow, whoever shares the budget. */
export interface CallBudget {
  /**
   * Reserves the calls that a piece of work may need, all or none. More than the class could ever have is cut to that;
   * `take` asks for the others one by one.
   */
  reserve(system: string, calls: number, priority: CallPriority): Promise<ReservationResult>;
  state(system: string): Promise<BudgetState>;
}

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Windows as people write them: `100/10s,4000/30m`. Null for anything else; empty for an empty text. */
export function parseCallWindows(text: string): readonly CallWindow[] | null {
  const windows = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map(parseWindow);
  return windows.every((window) => window !== null) ? windows : null;
}

function parseWindow(text: string): CallWindow | null {
  const [, calls = '', length = '', unit] = /^(\d{1,6})\/(\d{1,6})(ms|s|m|h)$/.exec(text) ?? [];
  if (unit === undefined) return null;
  const window = { calls: Number(calls), perMs: Number(length) * units[unit as keyof typeof units] };
  return window.calls > 0 && window.perMs > 0 ? window : null;
}
