import { forEachPriority } from '../connectors/call-log.ts';
import type { Logger } from '../log.ts';
import { type Recurring, startRecurring } from '../recurring.ts';
import type { HintStore, RoomByClass } from '../store/hints.ts';
import type { Doorbell } from './doorbell.ts';

export interface SweeperOptions {
  readonly hints: () => HintStore;
  readonly doorbell: Doorbell;
  /** The names of the pairs, in the order in which they are served. */
  readonly pairs: readonly string[];
  /** How many looks at records each class of work may begin at this moment. */
  readonly room: (pair: string) => Promise<RoomByClass>;
  readonly log: Logger;
  readonly everyMs: number;
  readonly now: () => Date;
}

/** Rows of a pair taken in one sweep; the next sweep follows at once while there are that many. */
const portion = 500;
/** Where there may be more, the next sweep follows after this time. */
const soonMs = 200;

/**
 * Rings for hints that are due and that nobody deals with, the most urgent first and no faster than the budgets allow:
 * after an outage, a crash between storing and ringing, when a wait is over, or for what a walk has found. Several
 * processes may sweep.
 */
export function startSweeper({ hints, doorbell, pairs, room, log, everyMs, now }: SweeperOptions): Recurring {
  /** @returns after how many milliseconds there may be more to do */
  const sweep = async (pair: string): Promise<number> => {
    const allowed = await room(pair);
    const limits = forEachPriority((workClass) => Math.min(portion, allowed[workClass]));
    const due = await hints().takeDue(now(), limits, pair);
    const areTold = await doorbell.ring(due);
    if (!areTold) return everyMs;
    if (due.length === portion) return 0;
    return due.length > 0 || Object.values(limits).some((limit) => limit < 1) ? soonMs : everyMs;
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
