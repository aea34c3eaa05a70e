import { type CallPriority, type CallWindow, shareOf } from '../../connectors/call-budget.ts';

interface ModelPart {
  calls: number;
  used: number;
  /** When its calls count as made. */
  countedAtMs: number;
  takeUntilMs: number;
}

export interface ModelReservation {
  readonly priority: CallPriority;
  parts: ModelPart[];
  /** Of the calls that were taken and not settled yet. */
  arrivals: Arrival[];
}

/** The other side has counted a call at some time in this stretch, ends included. */
export interface Arrival {
  readonly fromMs: number;
  toMs: number;
}

export interface ModelTimes {
  readonly takeForMs: number;
  readonly callMs: number;
}

/** What a budget should do, as plainly as it can be said: every entry is kept for ever and summed up anew. */
export class CallModel {
  readonly #windows: readonly CallWindow[];
  readonly #times: ModelTimes;
  readonly #log: ModelPart[] = [];
  readonly arrivals: Arrival[] = [];
  nowMs = 1_000_000;

  constructor(windows: readonly CallWindow[], times: ModelTimes) {
    this.#windows = windows;
    this.#times = times;
  }

  reserve(calls: number, priority: CallPriority): ModelReservation | null {
    const part = this.#hold(calls, priority);
    return part === null ? null : { priority, parts: [part], arrivals: [] };
  }

  /** @returns whether there was one */
  take(reservation: ModelReservation): boolean {
    const open = reservation.parts.find(({ used, calls, takeUntilMs }) => used < calls && this.nowMs < takeUntilMs);
    const part = open ?? this.#hold(1, reservation.priority);
    if (part === null) return false;
    part.used += 1;
    if (open === undefined) reservation.parts.push(part);
    const arrival = { fromMs: this.nowMs, toMs: this.nowMs + this.#times.callMs };
    reservation.arrivals.push(arrival);
    this.arrivals.push(arrival);
    return true;
  }

  settle(reservation: ModelReservation): void {
    for (const part of reservation.parts) {
      part.calls = part.used;
      part.countedAtMs = this.nowMs;
    }
    for (const arrival of reservation.arrivals) arrival.toMs = Math.min(arrival.toMs, this.nowMs);
    reservation.parts = [];
    reservation.arrivals = [];
  }

  /** The most calls that the other side can have counted in any stretch of the length. */
  mostInAnyStretch(lengthMs: number): number {
    const within = (startMs: number) =>
      this.arrivals.filter(({ fromMs, toMs }) => toMs >= startMs && fromMs < startMs + lengthMs).length;
    return Math.max(0, ...this.arrivals.map(({ toMs }) => within(toMs)));
  }

  #hold(calls: number, priority: CallPriority): ModelPart | null {
    const asked = Math.min(calls, ...this.#windows.map((window) => shareOf(window.calls, priority)));
    const isRoom = this.#windows.every(
      (window) => this.#counted(window.perMs * 1.01) + asked <= shareOf(window.calls, priority),
    );
    if (!isRoom) return null;
    const { takeForMs, callMs } = this.#times;
    const part = {
      calls: asked,
      used: 0,
      countedAtMs: this.nowMs + (takeForMs + callMs) * 1.1,
      takeUntilMs: this.nowMs + takeForMs,
    };
    this.#log.push(part);
    return part;
  }

  #counted(lengthMs: number): number {
    const counting = this.#log.filter(({ countedAtMs }) => countedAtMs > this.nowMs - lengthMs);
    return counting.reduce((sum, { calls }) => sum + calls, 0);
  }
}
