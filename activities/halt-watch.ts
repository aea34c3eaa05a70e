import { heartbeatEveryMs, heartbeatTimeoutMs } from '../workflows/contract.ts';

const tickEveryMs = 1_000;

/**
 * The last heartbeat that Temporal has may be two intervals old: one since it was sent, one that the SDK held it back. A
 * halt that is longer than what is left of the time-out may have cost us the attempt, in milliseconds.
 */
const harmfulHaltMs = heartbeatTimeoutMs - 2 * heartbeatEveryMs(heartbeatTimeoutMs);

/** Attempts that came in while the process was halted reach us within two ticks after the one that follows the halt. */
const ticksUntilCalm = 3;

export interface HaltWatchOptions {
  /** The time of day: a monotonic clock stands still while a machine is suspended. */
  readonly nowMs?: () => number;
  /** Told once for each. */
  readonly onHalt?: (haltedMs: number) => void;
}

/**
 * Notices that this process was halted, as by SIGSTOP or a suspended machine. Temporal may have given up its attempts
 * meanwhile, and their successors may be at work: such an attempt must not take a record, nor write.
 */
export class HaltWatch {
  readonly #nowMs: () => number;
  readonly #onHalt: (haltedMs: number) => void;
  #awakeAtMs: number;
  #halts = 0;
  #calmTicks = ticksUntilCalm;
  #timer: NodeJS.Timeout | undefined;

  constructor({ nowMs = Date.now, onHalt = () => undefined }: HaltWatchOptions = {}) {
    this.#nowMs = nowMs;
    this.#onHalt = onHalt;
    this.#awakeAtMs = nowMs();
  }

  start(): void {
    this.#awakeAtMs = this.#nowMs();
    this.#timer = setInterval(() => {
      this.tick();
    }, tickEveryMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** To be called each second, so that a longer silence means something. */
  tick(): void {
    this.#look();
    this.#calmTicks += 1;
  }

  /**
   * An attempt begins.
   * @returns the question whether it is certainly still ours; once it is not, it never is again
   */
  attempt(): () => boolean {
    this.#look();
    // It may have waited at our door while we were halted, and Temporal counts from when it was sent.
    if (this.#calmTicks < ticksUntilCalm) return () => false;
    const haltsBefore = this.#halts;
    return () => {
      this.#look();
      return this.#halts === haltsBefore;
    };
  }

  /** Whoever asks first after a halt notices it, which may be before any timer fires. */
  #look(): void {
    const nowMs = this.#nowMs();
    const silentMs = nowMs - this.#awakeAtMs;
    this.#awakeAtMs = nowMs;
    if (silentMs < harmfulHaltMs) return;
    this.#halts += 1;
    this.#calmTicks = 0;
    this.#onHalt(silentMs);
  }
}

/** Of a process whose attempts nobody takes over. */
export const neverHalted: Pick<HaltWatch, 'attempt'> = { attempt: () => () => true };
