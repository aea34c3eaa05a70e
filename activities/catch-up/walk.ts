import type { PagePosition, RecordPage } from '../../connectors/connector.ts';
import type { Cursor } from '../../store/cursors.ts';

/**
 * How much of what was read is read again. Times of modification are whole seconds, and a record's time is taken before it
 * is committed: so one may turn up behind a record that is newer by its time. No request of a person takes longer than this.
 */
export const overlapMs = 30_000;

/** How far two machines' clocks may differ where a side is read for the first time. */
const clockDifferenceMs = 3_600_000;

/** A look at the latest changes that is under way. */
export interface Walk {
  readonly position: Extract<PagePosition, { readonly by: 'modification' }>;
  /** When its first page was asked for, by our clock. */
  readonly beganAt: Date;
}

/**
 * Where to begin, or to go on. The first look ever begins a little before our present time: what is older is the first
 * census' work. Later ones begin before the newest record that was read, or right after it, once nothing as old can
 * appear any more: so a burst is not read again for ever.
 */
export function walkFrom({ walk, readUntil, readUntilId, isSettled }: Cursor, now: Date): Walk {
  const at = (since: string, afterId: string | null, beganAt: Date): Walk => ({
    position: { by: 'modification', since, afterId },
    beganAt,
  });
  if (walk !== null) return at(walk.since, walk.afterId, new Date(walk.beganAt));
  if (readUntil === null) return at(minus(now, clockDifferenceMs).toISOString(), null, now);
  if (isSettled) return at(readUntil.toISOString(), readUntilId, now);
  return at(minus(readUntil, overlapMs).toISOString(), null, now);
}

/** Rows of before this time are not read again by the next look; null: they may be. */
export function readAgainFrom({ walk, readUntil, isSettled }: Cursor): Date | null {
  if (walk !== null || readUntil === null) return null;
  // What has that very time is behind the place where a settled look begins.
  return isSettled ? new Date(readUntil.getTime() + 1) : minus(readUntil, overlapMs);
}

/** Nothing but the place is taken: whatever is there was there before the first look. */
export const isFirstWalk = ({ caughtUpAt }: Cursor): boolean => caughtUpAt === null;

export interface ReadPage {
  readonly walk: Walk;
  readonly page: Pick<RecordPage, 'records' | 'isLast'>;
  /** When the page was asked for and when it had come, by our clock. */
  readonly askedAt: Date;
  readonly now: Date;
  /** Without the changes for longer than this, deletions were missed too. */
  readonly gapMs: number;
}

/** The cursor once this page has landed. */
export function afterPage(cursor: Cursor, { walk, page, askedAt, now, gapMs }: ReadPage): Cursor {
  const reached = withNewest(cursor, walk, page.records, now);
  if (!page.isLast) {
    const last = page.records.at(-1);
    const since = last?.modifiedAt ?? walk.position.since ?? now.toISOString();
    const afterId = last?.id ?? walk.position.afterId;
    return {
      ...reached,
      walk: { since, afterId, beganAt: walk.beganAt.toISOString() },
      behindSince: cursor.behindSince ?? now,
      trouble: null,
    };
  }
  const { reachedAt, caughtUpAt } = reached;
  const wasAway = caughtUpAt !== null && askedAt.getTime() - caughtUpAt.getTime() > gapMs;
  return {
    ...reached,
    // Read again from before it, at a time when whatever has that time of modification must have been committed.
    isSettled: reachedAt !== null && walk.beganAt.getTime() - reachedAt.getTime() >= overlapMs,
    walk: null,
    caughtUpAt: askedAt,
    behindSince: null,
    trouble: null,
    // A walk must have begun after the latest gap, so an earlier one is not worth remembering.
    censusDueSince: wasAway ? now : cursor.censusDueSince,
  };
}

function withNewest(cursor: Cursor, walk: Walk, records: ReadPage['page']['records'], now: Date): Cursor {
  const last = records.findLast(({ modifiedAt }) => modifiedAt !== null);
  const newest = last?.modifiedAt == null ? null : new Date(last.modifiedAt);
  const known = cursor.readUntil;
  if (newest === null || last === undefined) {
    // A side without recent changes: the place where its first look began is kept, whatever the clock says later.
    return known === null && walk.position.since !== null
      ? { ...cursor, readUntil: new Date(walk.position.since), readUntilId: null, reachedAt: now }
      : cursor;
  }
  if (known !== null && newest < known) return cursor;
  const isNews = known === null || newest > known;
  return { ...cursor, readUntil: newest, readUntilId: last.id, reachedAt: isNews ? now : (cursor.reachedAt ?? now) };
}

const minus = (time: Date, ms: number): Date => new Date(time.getTime() - ms);
