import { type Side, sides } from '../engine/values.ts';
import type { Cursor, CursorStore } from '../store/cursors.ts';
import type { VisitStore } from '../store/visits.ts';

/** How it is looked for what nobody reports. */
export interface WatchedSystems {
  /** Null: the latest changes are not looked for. */
  readonly catchUpEveryMs: number | null;
  /** Null: nothing is visited. */
  readonly rollingCheckPeriodMs: number | null;
  /** The systems that list what was changed, by the names that the pairs use. */
  readonly listing: ReadonlySet<string>;
}

/** How far a side that lists its changes has been read. */
export interface CatchUpState {
  readonly side: Side;
  /** When the end of the list was last reached. */
  readonly caughtUpAt: Date | null;
  /** Null: nothing is left. */
  readonly behind: {
    readonly since: Date;
    /** Changes of this long may be unknown. */
    readonly byMs: number;
    /** A code; `nobody_looks`: the time for the next look has passed; null: there is more than could be read at once. */
    readonly trouble: string | null;
  } | null;
}

/** How the visits to a side without lists stand. */
export interface RollingCheckState {
  readonly side: Side;
  readonly periodMs: number;
  readonly linked: number;
  readonly neverVisited: number;
  /** When the one was visited, or linked, that nobody has looked at for the longest. */
  readonly oldestAt: Date | null;
  /** Whether none has waited for longer than the period. */
  readonly isKept: boolean;
}

export interface PairWatch {
  readonly pair: string;
  readonly catchUp: readonly CatchUpState[];
  readonly rollingCheck: readonly RollingCheckState[];
}

export interface WatchingOptions {
  readonly pairs: readonly (Readonly<Record<Side, { readonly system: string }>> & { readonly name: string })[];
  readonly systems: WatchedSystems;
  readonly cursors: Pick<CursorStore, 'list'>;
  readonly visits: Pick<VisitStore, 'summary'>;
  readonly now: Date;
}

/** Where all pairs stand with what nobody reports. @throws what the store throws */
export async function watchStates({ pairs, systems, cursors, visits, now }: WatchingOptions): Promise<PairWatch[]> {
  const known = await cursors.list();
  const { catchUpEveryMs, rollingCheckPeriodMs: periodMs, listing } = systems;
  const states: PairWatch[] = [];
  for (const pair of pairs) {
    const lists = (side: Side): boolean => listing.has(pair[side].system);
    const cursorOf = (side: Side) => known.find((cursor) => cursor.pair === pair.name && cursor.side === side);
    const catchUp =
      catchUpEveryMs === null
        ? []
        : sides.filter(lists).map((side) => catchUpState(side, cursorOf(side), { everyMs: catchUpEveryMs, now }));
    const rollingCheck: RollingCheckState[] = [];
    for (const side of periodMs === null ? [] : sides.filter((one) => !lists(one))) {
      const { linked, neverSeen: neverVisited, oldestAt } = await visits.summary(pair.name, side);
      const isKept = oldestAt === null || now.getTime() - oldestAt.getTime() <= (periodMs ?? 0);
      rollingCheck.push({ side, periodMs: periodMs ?? 0, linked, neverVisited, oldestAt, isKept });
    }
    states.push({ pair: pair.name, catchUp, rollingCheck });
  }
  return states;
}

/** Looks may be late by this much, or by two of them, before it counts. */
const leastLateMs = 60_000;

export function catchUpState(
  side: Side,
  cursor: Pick<Cursor, 'caughtUpAt' | 'behindSince' | 'trouble'> | undefined,
  { everyMs, now }: { readonly everyMs: number; readonly now: Date },
): CatchUpState {
  const { caughtUpAt = null, behindSince = null, trouble = null } = cursor ?? {};
  const agoMs = (time: Date): number => Math.max(0, now.getTime() - time.getTime());
  if (behindSince !== null) {
    return { side, caughtUpAt, behind: { since: behindSince, byMs: agoMs(caughtUpAt ?? behindSince), trouble } };
  }
  const isLate = caughtUpAt !== null && agoMs(caughtUpAt) > Math.max(leastLateMs, 3 * everyMs);
  if (!isLate) return { side, caughtUpAt, behind: null };
  return { side, caughtUpAt, behind: { since: caughtUpAt, byMs: agoMs(caughtUpAt), trouble: 'nobody_looks' } };
}
