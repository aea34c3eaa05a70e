import { type Side, sides } from '../engine/values.ts';
import { type CatchUpIntervals, catchUpIntervalMs } from '../engine/watch-interval.ts';
import type { Cursor, CursorStore } from '../store/cursors.ts';
import type { FeedCursorStore } from '../store/feed-cursors.ts';
import type { VisitStore } from '../store/visits.ts';

/** How it is looked for what nobody reports. */
export interface WatchedSystems extends CatchUpIntervals {
  /** Null: nothing is visited. */
  readonly rollingCheckPeriodMs: number | null;
  /** The systems that list their records, by the names that the pairs use. */
  readonly listing: ReadonlySet<string>;
  /** Entities of those that can't list what was changed. */
  readonly withoutChanges?: readonly { readonly system: string; readonly entity: string }[];
  /** What the systems tell of changes apart from lists. */
  readonly feeds?: readonly { readonly system: string; readonly feed: string }[];
}

/** Where reading stands that should never fall behind. */
export interface BehindState {
  /** When the end was last reached. */
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

/** How far a side that lists its changes has been read. */
export interface CatchUpState extends BehindState {
  readonly side: Side;
}

/** How far what a system tells of changes has been read. */
export interface FeedState extends BehindState {
  readonly system: string;
  readonly feed: string;
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
  readonly pairs: readonly (Readonly<Record<Side, { readonly system: string; readonly entity: string }>> & {
    readonly name: string;
  })[];
  readonly systems: WatchedSystems;
  readonly cursors: Pick<CursorStore, 'list'>;
  readonly visits: Pick<VisitStore, 'summary'>;
  readonly now: Date;
}

/** Where all pairs stand with what nobody reports. @throws what the store throws */
export async function watchStates({ pairs, systems, cursors, visits, now }: WatchingOptions): Promise<PairWatch[]> {
  const known = await cursors.list();
  const { rollingCheckPeriodMs: periodMs, listing, withoutChanges = [] } = systems;
  const states: PairWatch[] = [];
  for (const pair of pairs) {
    const lists = (side: Side): boolean => listing.has(pair[side].system);
    const cannot = (side: Side): boolean =>
      withoutChanges.some(({ system, entity }) => system === pair[side].system && entity === pair[side].entity);
    const listingChanges = sides.filter((side) => lists(side) && !cannot(side));
    const everyMs = catchUpIntervalMs(
      systems,
      listingChanges.map((side) => pair[side].system),
    );
    const cursorOf = (side: Side) => known.find((cursor) => cursor.pair === pair.name && cursor.side === side);
    const catchUp =
      everyMs === null ? [] : listingChanges.map((side) => catchUpState(side, cursorOf(side), { everyMs, now }));
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

export interface FeedWatchingOptions {
  readonly systems: WatchedSystems;
  readonly feedCursors: Pick<FeedCursorStore, 'list'>;
  readonly now: Date;
}

/** Where all feeds stand. @throws what the store throws */
export async function feedStates({ systems, feedCursors, now }: FeedWatchingOptions): Promise<FeedState[]> {
  const known = await feedCursors.list();
  return (systems.feeds ?? []).flatMap(({ system, feed }) => {
    const everyMs = catchUpIntervalMs(systems, [system]);
    const cursor = known.find((one) => one.system === system && one.feed === feed);
    return everyMs === null ? [] : [{ system, feed, ...behindState(cursor, { everyMs, now }) }];
  });
}

/** Looks may be late by this much, or by two of them, before it counts. */
const leastLateMs = 60_000;

type Reading = Pick<Cursor, 'caughtUpAt' | 'behindSince' | 'trouble'>;
interface Clock {
  readonly everyMs: number;
  readonly now: Date;
}

export const catchUpState = (side: Side, cursor: Reading | undefined, clock: Clock): CatchUpState => ({
  side,
  ...behindState(cursor, clock),
});

function behindState(cursor: Reading | undefined, { everyMs, now }: Clock): BehindState {
  const { caughtUpAt = null, behindSince = null, trouble = null } = cursor ?? {};
  const agoMs = (time: Date): number => Math.max(0, now.getTime() - time.getTime());
  if (behindSince !== null) {
    return { caughtUpAt, behind: { since: behindSince, byMs: agoMs(caughtUpAt ?? behindSince), trouble } };
  }
  const isLate = caughtUpAt !== null && agoMs(caughtUpAt) > Math.max(leastLateMs, 3 * everyMs);
  if (!isLate) return { caughtUpAt, behind: null };
  return { caughtUpAt, behind: { since: caughtUpAt, byMs: agoMs(caughtUpAt), trouble: 'nobody_looks' } };
}
