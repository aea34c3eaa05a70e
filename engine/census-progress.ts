import { type PerSide, type Side, sides } from './values.ts';

/** So many calls in any stretch of so many milliseconds: the part of a system's budget that the walk may fill. */
export interface WorkWindow {
  readonly calls: number;
  readonly perMs: number;
}

export interface SideOfWalk {
  readonly system: string;
  readonly windows: readonly WorkWindow[];
  /** How many records one call shows: a list's page, or 1 where records are visited. */
  readonly recordsPerCall: number;
  readonly seen: number;
  /** Of those that were seen: how many were handed over. */
  readonly handedOver: number;
  /** How many there are; null: the system does not say. */
  readonly expected: number | null;
  /** Nothing more is read of it. */
  readonly isRead: boolean;
}

export interface WalkSoFar {
  readonly sides: PerSide<SideOfWalk>;
  /** Of all that was handed over, what still waits to be looked at. */
  readonly waiting: number;
  readonly elapsedMs: number;
}

export interface CensusProgress {
  /** 0 to 1; null: nobody knows how much there is. */
  readonly fraction: number | null;
  /** Read or dealt with per second, since the beginning; null: nothing yet. */
  readonly recordsPerSecond: number | null;
  /** Until everything is read and dealt with; null: not known yet. Never sooner than the systems' budgets allow. */
  readonly etaMs: number | null;
}

/** What a look at a record usually sends to each of its systems: a read and a write. */
const callsOfLook = 2;

/**
 * How far a walk has come, counted in calls: they are what takes the time. What a side is still to hand over is guessed
 * from what it has handed over so far.
 */
export function progressOf({ sides: walked, ...rest }: WalkSoFar): CensusProgress {
  const elapsedMs = Math.max(0, rest.elapsedMs);
  const handedOver = total((side) => walked[side].handedOver);
  const waiting = Math.min(rest.waiting, handedOver);
  const dealtWith = handedOver - waiting;
  const records = total((side) => walked[side].seen) + dealtWith;
  const recordsPerSecond = elapsedMs > 0 && records > 0 ? (records * 1_000) / elapsedMs : null;
  const left = callsLeft(walked, waiting);
  if (left === null) return { fraction: null, recordsPerSecond, etaMs: null };

  const done = total((side) => walked[side].seen / walked[side].recordsPerCall + dealtWith * callsOfLook);
  const toDo = left.master + left.replica;
  if (toDo === 0) return { fraction: 1, recordsPerSecond, etaMs: 0 };
  const isMoving = done > 0 && elapsedMs > 0;
  const etaMs = isMoving ? Math.max((toDo * elapsedMs) / done, budgetMs(walked, left)) : null;
  return { fraction: done / (done + toDo), recordsPerSecond, etaMs };
}

/** Calls to each side's system that are still to be sent; null: not known. */
function callsLeft(walked: WalkSoFar['sides'], waiting: number): PerSide<number> | null {
  const master = unreadOn(walked.master);
  const replica = unreadOn(walked.replica);
  if (master === null || replica === null) return null;
  const looks = waiting + stillToHandOver(walked.master, master) + stillToHandOver(walked.replica, replica);
  const calls = (side: Side, unread: number): number => unread / walked[side].recordsPerCall + looks * callsOfLook;
  return { master: calls('master', master), replica: calls('replica', replica) };
}

const unreadOn = ({ isRead, expected, seen }: SideOfWalk): number | null => {
  if (isRead) return 0;
  return expected === null ? null : Math.max(0, expected - seen);
};

const stillToHandOver = ({ handedOver, seen }: SideOfWalk, unread: number): number =>
  seen === 0 ? 0 : (handedOver * unread) / seen;

/** The least time that the slowest window leaves for these calls; two sides may share a system. */
function budgetMs(walked: WalkSoFar['sides'], left: PerSide<number>): number {
  const times = sides.flatMap((side) => {
    const { system, windows } = walked[side];
    const calls = total((other) => (walked[other].system === system ? left[other] : 0));
    return windows.map((window) => (calls * window.perMs) / Math.max(1, window.calls));
  });
  return Math.max(0, ...times);
}

const total = (of: (side: Side) => number): number => sides.reduce((sum, side) => sum + of(side), 0);
