import { and, asc, eq, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { HintStore } from './hints.ts';
import type { Hint } from './record-refs.ts';
import { feedCursors } from './population-tables.ts';

/** How far one feed of a system has been read. */
export type FeedCursor = typeof feedCursors.$inferSelect;

const ofFeed = ({ system, feed }: Pick<FeedCursor, 'system' | 'feed'>) =>
  and(eq(feedCursors.system, system), eq(feedCursors.feed, feed));

const unread = ({ system, feed }: Pick<FeedCursor, 'system' | 'feed'>): FeedCursor => ({
  ...{ system, feed, position: null, caughtUpAt: null, behindSince: null, trouble: null, revision: 0 },
});

/** How far what the systems tell of changes apart from lists has been read. */
export class FeedCursorStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async load(of: Pick<FeedCursor, 'system' | 'feed'>): Promise<FeedCursor> {
    const [row] = await this.#db.select().from(feedCursors).where(ofFeed(of));
    return row ?? unread(of);
  }

  async list(): Promise<readonly FeedCursor[]> {
    return this.#db.select().from(feedCursors).orderBy(asc(feedCursors.system), asc(feedCursors.feed));
  }

  /**
   * The cursor moves, and the sweeper is left to ring for what the page has named: both or nothing, so that no change is
   * behind the cursor without being known.
   * @param next where the cursor is then, with the revision that it was read with
   * @param handOver what is done with the page in the same transaction, and what of it is left to looks
   * @returns what was left to looks; null if somebody else has moved the cursor meanwhile: nothing was stored
   */
  async land(
    next: FeedCursor,
    handOver: (tx: Database) => Promise<readonly Hint[]>,
    now: Date,
  ): Promise<readonly Hint[] | null> {
    return this.#db.transaction(async (tx) => {
      await tx.insert(feedCursors).values(unread(next)).onConflictDoNothing();
      const moved = await tx
        .update(feedCursors)
        .set({ ...next, revision: next.revision + 1 })
        .where(and(ofFeed(next), eq(feedCursors.revision, next.revision)))
        .returning({ revision: feedCursors.revision });
      if (moved.length === 0) return null;
      const hints = await handOver(tx);
      await new HintStore(tx).addUnrung(hints, now);
      return hints;
    });
  }

  /** Nothing could be read. @param code stable, without values */
  async noteTrouble(of: Pick<FeedCursor, 'system' | 'feed'>, code: string, now: Date): Promise<void> {
    await this.#db
      .insert(feedCursors)
      .values({ ...unread(of), trouble: code, behindSince: now })
      .onConflictDoUpdate({
        target: [feedCursors.system, feedCursors.feed],
        set: { trouble: code, behindSince: sql`coalesce(${feedCursors.behindSince}, excluded.behind_since)` },
      });
  }
}
