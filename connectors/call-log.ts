import { type BudgetState, callPriorities, type CallPriority, type CallWindow, shareOf } from './call-budget.ts';

/** At most so many calls may count within so many milliseconds. */
export interface CallLimit {
  readonly calls: number;
  readonly lengthMs: number;
}

export interface HoldTerms {
  readonly limits: readonly CallLimit[];
  /** After this time calls that were not settled count as made. */
  readonly heldForMs: number;
}

/**
 * A sliding log that processes share, on a clock of its own. Calls that are held count in every window; once settled,
 * those used count from that moment, which is not before they arrived at the other side.
 */
export interface CallLog {
  /** Holds the calls if every limit leaves room for them. */
  hold(
    system: string,
    calls: number,
    terms: HoldTerms,
  ): Promise<
    { readonly kind: 'held'; readonly id: string } | { readonly kind: 'spent'; readonly retryAfterMs: number }
  >;
  settle(system: string, id: string, used: number): Promise<void>;
  /** The calls that count within each of the lengths. */
  used(system: string, lengthsMs: readonly number[]): Promise<readonly number[]>;
}

/** The log does not answer, or does not know what was called before. Nothing may be taken from it. */
export class CallLogUnavailable extends Error {
  readonly code = 'call_log_unavailable';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CallLogUnavailable';
  }
}

export interface HeldCalls {
  readonly kind: 'held';
  /** At most as many as were asked for. */
  readonly calls: number;
  /** How many of them were used. @throws when the log does not answer */
  settle(used: number): Promise<void>;
}
export type Hold = HeldCalls | { readonly kind: 'spent'; readonly retryAfterMs: number };

export interface HoldRequest {
  readonly system: string;
  readonly calls: number;
  readonly priority: CallPriority;
  readonly heldForMs: number;
}

/** Where calls come from. Systems without windows are never asked for. */
export interface CallSource {
  /** @throws CallLogUnavailable */
  hold(request: HoldRequest): Promise<Hold>;
  /** @throws CallLogUnavailable */
  state(system: string): Promise<BudgetState>;
}

/** By the system's name. A system that is missing, or has no windows, is not limited. */
export type WindowsBySystem = ReadonlyMap<string, readonly CallWindow[]>;

export interface LoggedCallsOptions {
  readonly log: CallLog;
  readonly windows: WindowsBySystem;
  readonly limitedBy: BudgetState['limitedBy'];
}

/** Clocks that count the same stretch may run at rates that differ a little. */
const lengthOf = ({ perMs }: CallWindow): number => Math.ceil(perMs * 1.01);

/** Calls that are limited by the given windows over one log. */
export function createLoggedCalls({ log, windows, limitedBy }: LoggedCallsOptions): CallSource {
  const windowsOf = (system: string) => windows.get(system) ?? [];
  return {
    hold: async ({ system, calls, priority, heldForMs }) => {
      const limits = windowsOf(system).map((window) => ({
        calls: shareOf(window.calls, priority),
        lengthMs: lengthOf(window),
      }));
      const closed = limits.find((limit) => limit.calls === 0);
      if (closed !== undefined) return { kind: 'spent', retryAfterMs: closed.lengthMs };
      const asked = Math.min(calls, ...limits.map((limit) => limit.calls));
      const answer = await log.hold(system, asked, { limits, heldForMs });
      if (answer.kind === 'spent') return answer;
      return { kind: 'held', calls: asked, settle: (used) => log.settle(system, answer.id, used) };
    },
    state: async (system) => {
      const used = await log.used(system, windowsOf(system).map(lengthOf));
      const states = windowsOf(system).map((window, index) => ({ ...window, used: used[index] ?? 0 }));
      const room = (priority: CallPriority): number =>
        Math.min(...states.map((state) => Math.max(0, shareOf(state.calls, priority) - state.used)));
      return { windows: states, available: forEachPriority(room), limitedBy };
    },
  };
}

export function forEachPriority<T>(value: (priority: CallPriority) => T): Readonly<Record<CallPriority, T>> {
  return Object.fromEntries(callPriorities.map((priority) => [priority, value(priority)])) as Record<CallPriority, T>;
}
