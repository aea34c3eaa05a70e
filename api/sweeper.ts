import type { Logger } from '../log.ts';
import type { HintStore } from '../store/hints.ts';
import type { Doorbell } from './doorbell.ts';

export interface SweeperOptions {
  readonly hints: () => HintStore;
  readonly doorbell: Doorbell;
  readonly log: Logger;
  readonly everyMs: number;
  readonly now: () => Date;
}

/** Rows taken in one sweep; the next sweep follows at once while there are that many. */
const portion = 500;

/**
 * Rings for hints that are due and that nobody deals with: after an outage of Temporal, a crash between storing and
 * ringing, or when a wait is over. Several processes may sweep.
 */
export function startSweeper({ hints, doorbell, log, everyMs, now }: SweeperOptions): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let failing = false;
  let running: Promise<void> = Promise.resolve();

  const sweep = async (): Promise<void> => {
    try {
      for (;;) {
        const due = await hints().takeDue(now(), portion);
        await doorbell.ring(due);
        failing = false;
        if (due.length < portion) return;
      }
    } catch (error) {
      if (!failing) log.warn({ reason: error instanceof Error ? error.name : 'unknown' }, 'The inbox can not be swept');
      failing = true;
    }
  };
  const again = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = sweep().finally(again);
    }, everyMs);
  };
  again();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
