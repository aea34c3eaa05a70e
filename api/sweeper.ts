import type { Logger } from '../log.ts';
import { type Recurring, startRecurring } from '../recurring.ts';
import type { HintStore } from '../store/hints.ts';
import type { Doorbell } from './doorbell.ts';

export interface SweeperOptions {
  readonly hints: () => HintStore;
  readonly doorbell: Doorbell;
  /** The names of the pairs, in the order in which they are served. */
  readonly pairs: readonly string[];
  /** How many looks at records the budgets of the pair's systems allow at this moment. */
  readonly room: (pair: string) => Promise<number>;
  readonly log: Logger;
  readonly everyMs: number;
  readonly now: () => Date;
}

/** Rows of a pair taken in one sweep; the next sweep follows at once while there are that many. */
const portion = 500;
/** Where a budget, not the work, has ended a sweep, the next one follows after this time. */
const budgetedMs = 500;

/**
 * Rings for hints that are due and that nobody deals with, the oldest first and no faster than the budgets allow: after
 * an outage, a crash between storing and ringing, or when a wait is over. Several processes may sweep.
 */
export function startSweeper({ hints, doorbell, pairs, room, log, everyMs, now }: SweeperOptions): Recurring {
  const sweep = async (pair: string): Promise<number> => {
    const limit = Math.min(portion, await room(pair));
    if (limit < 1) return budgetedMs;
    const due = await hints().takeDue(now(), limit, pair);
    const areTold = await doorbell.ring(due);
    if (!areTold || due.length < limit) return everyMs;
    return limit < portion ? budgetedMs : 0;
  };
  return startRecurring({
    everyMs,
    run: async () => {
      let nextMs = everyMs;
      for (const pair of pairs) nextMs = Math.min(nextMs, await sweep(pair));
      return nextMs;
    },
    onFailing: (error) => {
      log.warn({ reason: error instanceof Error ? error.name : 'unknown' }, 'The inbox can not be swept');
    },
  });
}
