import type { BudgetState, CallBudget, CallPriority, CallReservation } from './call-budget.ts';
import { type CallSource, forEachPriority, type HeldCalls, type WindowsBySystem } from './call-log.ts';
import { BudgetSpent } from './errors.ts';

export interface CallBudgetOptions {
  readonly windows: WindowsBySystem;
  readonly source: CallSource;
  /** How long after it was made a reservation may be taken from; as long as one attempt of a pass may take. */
  readonly takeForMs?: number;
  /** The longest that one call may be under way. */
  readonly callMs?: number;
  /** Measures durations, in milliseconds; it need not agree with anybody's clock. */
  readonly elapsedMs?: () => number;
}

/**
 * Budgets over a source of calls. What a process that has died held counts as used once every call that it may still
 * have sent has arrived, a tenth later for good measure.
 */
export function createCallBudget(options: CallBudgetOptions): CallBudget {
  const { windows, source, takeForMs = 105_000, callMs = 30_000, elapsedMs = () => performance.now() } = options;
  const heldForMs = Math.ceil(((takeForMs + callMs) * 11) / 10);
  const isLimited = (system: string): boolean => (windows.get(system) ?? []).length > 0;
  return {
    reserve: async (system, calls, priority) => {
      if (!isLimited(system)) return { kind: 'reserved', reservation: unlimited };
      const hold: AskForCalls = async (count) => {
        // Before it is asked for: the log's own time for it begins later.
        const takeUntilMs = elapsedMs() + takeForMs;
        const held = await source.hold({ system, calls: count, priority, heldForMs });
        return held.kind === 'held' ? { kind: 'held', held, takeUntilMs, used: 0 } : held;
      };
      const first = await hold(Math.max(1, calls));
      if (first.kind === 'spent') return first;
      return { kind: 'reserved', reservation: new HeldReservation(first, { system, hold, elapsedMs }) };
    },
    state: (system) => (isLimited(system) ? source.state(system) : Promise.resolve(unlimitedState)),
  };
}

const unlimited: CallReservation = { take: () => Promise.resolve(), settle: () => Promise.resolve() };
const unlimitedState: BudgetState = {
  windows: [],
  available: forEachPriority((_priority: CallPriority) => Infinity),
  limitedBy: 'nothing',
};

interface Part {
  readonly kind: 'held';
  readonly held: HeldCalls;
  readonly takeUntilMs: number;
  used: number;
}
type AskForCalls = (calls: number) => Promise<Part | { readonly kind: 'spent'; readonly retryAfterMs: number }>;

interface ReservationContext {
  readonly system: string;
  readonly hold: AskForCalls;
  readonly elapsedMs: () => number;
}

class HeldReservation implements CallReservation {
  readonly #context: ReservationContext;
  #parts: Part[];

  constructor(first: Part, context: ReservationContext) {
    this.#parts = [first];
    this.#context = context;
  }

  async take(): Promise<void> {
    const { system, hold, elapsedMs } = this.#context;
    const open = this.#parts.find(({ held, used, takeUntilMs }) => used < held.calls && elapsedMs() < takeUntilMs);
    if (open !== undefined) {
      open.used += 1;
      return;
    }
    const more = await hold(1);
    if (more.kind === 'spent') {
      throw new BudgetSpent(`${system}: the budget of calls is spent (Tandem's own limit)`, { system });
    }
    more.used = 1;
    this.#parts.push(more);
  }

  async settle(): Promise<void> {
    const parts = this.#parts;
    this.#parts = [];
    await Promise.allSettled(parts.map(({ held, used }) => held.settle(used)));
  }
}
