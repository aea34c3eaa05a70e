import { and, asc, desc, eq, inArray, isNotNull, lt, lte, sql } from 'drizzle-orm';
import type { Side } from '../engine/values.ts';
import type { Database } from './database.ts';
import { HintStore } from './hints.ts';
import type { Hint } from './record-refs.ts';
import { comparedRows, cursors } from './population-tables.ts';
import { SightingStore } from './sightings.ts';

/** How far one side of a pair has been read. */
export type Cursor = typeof cursors.$inferSelect;

/** A row that was compared. */
export interface ComparedRow {
  readonly recordId: string;
  /** Its version, and a digest of what was compared. */
  readonly state: string;
  /** By the system's own clock. */
  readonly modifiedAt: Date;
}

/** What a page has shown. */
export interface PageFindings {
  readonly hints: readonly Hint[];
  readonly seenIds: readonly string[];
  readonly compared: readonly ComparedRow[];
  /** Rows of before this time are not read again. */
  readonly rememberSince: Date | null;
}

const ofSide = ({ pair, side }: Pick<Cursor, 'pair' | 'side'>) => and(eq(cursors.pair, pair), eq(cursors.side, side));

const unread = (pair: string, side: Side): Cursor => ({
  ...{ pair, side, readUntil: null, readUntilId: null, reachedAt: null, isSettled: false, walk: null },
  ...{ caughtUpAt: null, behindSince: null, trouble: null, censusDueSince: null, revision: 0 },
});

/** How far the sides that list their changes have been read. */
export class CursorStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async load(pair: string, side: Side): Promise<Cursor> {
    const [row] = await this.#db.select().from(cursors).where(ofSide({ pair, side }));
    return row ?? unread(pair, side);
  }

  async list(): Promise<readonly Cursor[]> {
    return this.#db.select().from(cursors).orderBy(asc(cursors.pair), asc(cursors.side));
  }

  /**
   * The cursor moves, what the page has shown is noted, and the sweeper is left to ring for what it hands over: all or
   * nothing, so that no change is behind the cursor without being known.
   * @param next where the cursor is then, with the revision that it was read with
   * @returns false if somebody else has moved it meanwhile: nothing was stored
   */
  async land(next: Cursor, { hints, seenIds, ...rows }: PageFindings, now: Date): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      await tx.insert(cursors).values(unread(next.pair, next.side)).onConflictDoNothing();
      const moved = await tx
        .update(cursors)
        .set({ ...next, revision: next.revision + 1 })
        .where(and(ofSide(next), eq(cursors.revision, next.revision)))
        .returning({ revision: cursors.revision });
      if (moved.length === 0) return false;
      await new HintStore(tx).addUnrung(hints, now);
      await new SightingStore(tx).record(next.pair, next.side, seenIds, now);
      await rememberRows(tx, next, rows);
      return true;
    });
  }

  /** The states in which these records were compared lately. */
  async comparedStates(pair: string, side: Side, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#db
      .select({ id: comparedRows.recordId, state: comparedRows.state })
      .from(comparedRows)
      .where(and(ofRows({ pair, side }), inArray(comparedRows.recordId, [...ids])));
    return new Map(rows.map(({ id, state }) => [id, state]));
  }

  /** Nothing could be read. @param code stable, without values */
  async noteTrouble({ pair, side }: Pick<Cursor, 'pair' | 'side'>, code: string, now: Date): Promise<void> {
    await this.#db
      .insert(cursors)
      .values({ ...unread(pair, side), trouble: code, behindSince: now })
      .onConflictDoUpdate({
        target: [cursors.pair, cursors.side],
        set: { trouble: code, behindSince: sql`coalesce(${cursors.behindSince}, excluded.behind_since)` },
      });
  }

  /** When the last gap of the pair was over that a census has to follow; null: none has to. */
  async censusDueSince(pair: string): Promise<Date | null> {
    const [row] = await this.#db
      .select({ since: cursors.censusDueSince })
      .from(cursors)
      .where(and(eq(cursors.pair, pair), isNotNull(cursors.censusDueSince)))
      .orderBy(desc(cursors.censusDueSince))
      .limit(1);
    return row?.since ?? null;
  }

  /** A census of the pair was started that finds what gaps up to then have hidden. */
  async censusStarted(pair: string, upTo: Date): Promise<void> {
    await this.#db
      .update(cursors)
      .set({ censusDueSince: null })
      .where(and(eq(cursors.pair, pair), lte(cursors.censusDueSince, upTo)));
  }
}

type ComparedOnPage = Pick<PageFindings, 'compared' | 'rememberSince'>;

const ofRows = ({ pair, side }: Pick<Cursor, 'pair' | 'side'>) =>
  and(eq(comparedRows.pair, pair), eq(comparedRows.side, side));

async function rememberRows(tx: Database, { pair, side }: Cursor, { compared, rememberSince }: ComparedOnPage) {
  if (compared.length > 0) {
    await tx
      .insert(comparedRows)
      .values(compared.map((row) => ({ pair, side, ...row })))
      .onConflictDoUpdate({
        target: [comparedRows.pair, comparedRows.side, comparedRows.recordId],
        set: { state: sql`excluded.version`, modifiedAt: sql`excluded.modified_at` },
      });
  }
  if (rememberSince === null) return;
  await tx.delete(comparedRows).where(and(ofRows({ pair, side }), lt(comparedRows.modifiedAt, rememberSince)));
}
