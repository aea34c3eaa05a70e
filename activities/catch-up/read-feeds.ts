import type { ChangeFeed, FeedPage } from '../../connectors/connector.ts';
import { sides } from '../../engine/values.ts';
import type { FeedCursor, FeedCursorStore } from '../../store/feed-cursors.ts';
import type { CatchUpSummary, SystemInput } from '../../workflows/contract.ts';
import { callIfPossible } from '../finder-call.ts';
import { pagesAtOnce } from './catch-up.ts';
import { createFromFeed, type FeedCreation, type NamedRecord } from './create-from-feed.ts';
import type { FindingDependencies } from './dependencies.ts';

export interface FeedDependencies extends FindingDependencies, FeedCreation {
  readonly feedCursors: Pick<FeedCursorStore, keyof FeedCursorStore>;
}

interface Feed {
  readonly system: string;
  readonly feed: ChangeFeed;
}

const nothing: CatchUpSummary = { pages: 0, handedOver: 0, again: false };

/**
 * Reads on in everything that a system tells of changes apart from lists (a recycle bin, an activity log), and leaves each
 * record that is named to the inbox of every pair that has it: the look that follows reads it, and so proves what happened
 * to it. New records that a feed shows whole are created at once where that is a row of our own. The first look ever begins
 * now. Nothing moves where the system can't be asked. @throws what the store throws
 */
export async function readFeeds(
  deps: FeedDependencies,
  { system }: SystemInput,
  signal: AbortSignal,
): Promise<CatchUpSummary> {
  let summary = nothing;
  for (const feed of deps.connectors[system]?.feeds ?? []) {
    const read = await readOn(deps, { system, feed }, signal);
    summary = {
      pages: summary.pages + read.pages,
      handedOver: summary.handedOver + read.handedOver,
      again: summary.again || read.again,
    };
  }
  return summary;
}

async function readOn(deps: FeedDependencies, { system, feed }: Feed, signal: AbortSignal): Promise<CatchUpSummary> {
  let summary = nothing;
  let cursor = await deps.feedCursors.load({ system, feed: feed.name });
  while (summary.pages < pagesAtOnce) {
    const { position } = cursor;
    const askedAt = deps.now();
    const answer = await callIfPossible(deps, {
      ...{ system, signal, priority: 'catch_up' as const },
      send: (context) => feed.page(position, context),
    });
    if (answer.kind === 'trouble') {
      await noteTrouble(deps, cursor, answer.code);
      return summary;
    }
    const page = answer.value;
    const named = position === null ? [] : namedIn(deps, system, page.changes);
    const next = afterPage(cursor, page, askedAt);
    const runId = `feed/${system}/${feed.name}`;
    const hints = await deps.feedCursors.land(next, (tx) => createFromFeed(tx, deps, named, runId), deps.now());
    // Somebody else is reading: whatever this page has named is theirs.
    if (hints === null) return summary;
    summary = { pages: summary.pages + 1, handedOver: summary.handedOver + hints.length, again: false };
    if (page.isLast) return summary;
    cursor = { ...next, revision: next.revision + 1 };
  }
  return { ...summary, again: true };
}

const afterPage = (cursor: FeedCursor, { next, isLast }: FeedPage, askedAt: Date): FeedCursor => ({
  ...cursor,
  position: { since: next.since, afterId: next.afterId },
  caughtUpAt: isLast ? askedAt : cursor.caughtUpAt,
  behindSince: isLast ? null : (cursor.behindSince ?? askedAt),
  trouble: null,
});

/** One entity may be in several pairs, and on either side. */
const namedIn = ({ pairs }: FeedDependencies, system: string, changes: FeedPage['changes']): readonly NamedRecord[] =>
  changes.flatMap((change) =>
    pairs.flatMap((pair) =>
      sides
        .filter((side) => pair.title[side].system === system && pair.title[side].entity === change.entity)
        .map((side): NamedRecord => ({ pair, side, change })),
    ),
  );

/** A spent budget and a system in trouble are told elsewhere; anything else is told once. */
async function noteTrouble(
  { feedCursors, observer, now }: FeedDependencies,
  cursor: FeedCursor,
  code: string,
): Promise<void> {
  // A shutdown: nothing is wrong.
  if (code === 'stopped') return;
  await feedCursors.noteTrouble(cursor, code, now());
  if (code === 'budget_spent' || code === 'circuit_open' || code === cursor.trouble) return;
  const { system, feed } = cursor;
  observer.onProblem('What a system tells of changes can not be read; tried again', { system, feed, code });
}
