import {
  and,
  count,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  min,
  or,
  type SQL,
  sql,
  type SQLWrapper,
} from 'drizzle-orm';
import { z } from 'zod';
import { sides } from '../engine/values.ts';
import type { Database } from './database.ts';
import { heldBack } from './circuit-rows.ts';
import { backgroundTriggers, hintTriggers, rankInSql, type WorkClass, workClasses } from './hint-classes.ts';
import { insertHints } from './insert-hints.ts';
import { type Hint, type RecordKey, type RecordRef, replicaKey } from './record-refs.ts';
import { hints, links, pairs } from './schema.ts';

export interface InboxDepth {
  readonly waiting: number;
  /** When the oldest due row arrived; null if nothing is due. */
  readonly oldestDueAt: Date | null;
}

/** How many records may be rung for, by the class of what asks for it: the more urgent ones of the same go count too. */
export type RoomByClass = Readonly<Record<WorkClass, number>>;

const takenRows = z.object({
  rows: z.array(
    z.object({ pair: z.string(), side: z.enum(sides), recordId: z.string(), trigger: z.enum(hintTriggers) }),
  ),
});

/** A row that nobody picked up within this time is rung again. */
const ringAgainAfterMs = 30_000;
const ringAgainBefore = (now: Date): Date => new Date(now.getTime() - ringAgainAfterMs);

export class HintStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Stores what may have changed, durably, in one statement whatever the size of the batch.
   * @returns the records whose workflow must be told: those that were not already waiting to be picked up. Batches of
   * the same millisecond may name a record twice.
   */
  async add(batch: readonly Hint[], now: Date): Promise<readonly RecordRef[]> {
    const time = sql`${now.toISOString()}::timestamptz`;
    // While a system of the pair is in trouble nobody is told: the sweeper rings when it is over.
    const rungAt = sql`case when exists ${heldBack(this.#db, sql`given->>0`)} then null else ${time} end`;
    const stored = await insertHints(this.#db, batch, now, rungAt);
    return stored.filter((row) => row.rungAt?.getTime() === now.getTime()).map(refOnly);
  }

  /** As `add`, but whoever must be told is told by the sweeper, as fast as the budgets allow. Part of any transaction. */
  async addUnrung(batch: readonly Hint[], now: Date): Promise<void> {
    await insertHints(this.#db, batch, now, sql`null::timestamptz`);
  }

  /**
   * As `addUnrung`, but nobody is told before the given time: walks and lists that come upon the record don't change that,
   * a person does. One that is due already, and held by nothing, stays due. Whoever looks at the record for another
   * reason deals with this too. Part of any transaction.
   */
  async addHeld(batch: readonly Hint[], now: Date, until: Date): Promise<void> {
    await insertHints(this.#db, batch, now, sql`null::timestamptz`, until);
  }

  /** The bell did not ring: the sweeper will see these at once. */
  async notRung(refs: readonly RecordRef[]): Promise<void> {
    if (refs.length === 0) return;
    const named = JSON.stringify(refs.map(({ pair, side, recordId }) => [pair, side, recordId]));
    const rows = sql`select named->>0, named->>1, named->>2 from jsonb_array_elements(${named}::jsonb) as named`;
    await this.#db
      .update(hints)
      .set({ rungAt: null })
      .where(sql`(${hints.pair}, ${hints.side}, ${hints.recordId}) in (${rows})`);
  }

  /**
   * Rows that are due and that nobody deals with, marked as rung: the most urgent class first, within a class the oldest.
   * Safe in several processes.
   * @param room for all classes together, or what each may take: nothing urgent waits behind the mass of a lower class
   * @param pair only this one's
   */
  async takeDue(now: Date, room: number | RoomByClass, pair?: string): Promise<readonly Hint[]> {
    const classes = workClasses.flatMap((workClass, index) => {
      const limit = typeof room === 'number' ? room : room[workClass];
      return limit < 1 ? [] : [sql`select * from ${this.#dueOfClass(index + 1, limit, now, pair)}`];
    });
    if (classes.length === 0) return [];
    const answer = await this.#db.execute(sql`
      with due as (
        select *, row_number() over (order by rank, due_at) as place
        from (${sql.join(classes, sql` union all `)}) as all_classes
      ),
      rung as (
        update ${hints} set rung_at = ${now.toISOString()}::timestamptz from due
        where (${hints.pair}, ${hints.side}, ${hints.recordId}) = (due.pair, due.side, due.record_id) and due.place <= due.room
        returning ${hints.pair}, ${hints.side}, ${hints.recordId}, ${hints.trigger}, due.place
      )
      select pair, side, record_id as "recordId", trigger from rung order by place`);
    return takenRows.parse(answer).rows;
  }

  /** Class by class, since the index gives each in order: whoever plans the statement may know nothing of the inbox. */
  #dueOfClass(rank: number, room: number, now: Date, pair: string | undefined): SQL {
    return sql`(
      select ${hints.pair}, ${hints.side}, ${hints.recordId}, ${hints.dueAt}, ${rank}::int as rank, ${room}::int as room
      from ${hints} where ${this.#canBeRung(now, pair)} and ${rankInSql(hints.trigger)} = ${rank}::int
      order by ${hints.dueAt} limit ${room} for update of ${hints} skip locked
    ) as one_class`;
  }

  #canBeRung(now: Date, pair: string | undefined) {
    return and(
      pair === undefined ? undefined : eq(hints.pair, pair),
      lte(hints.dueAt, now),
      or(isNull(hints.heldUntil), lte(hints.heldUntil, now)),
      or(isNull(hints.rungAt), lt(hints.rungAt, ringAgainBefore(now))),
      hasNone(this.#leasedLink(now)),
      hasNone(this.#pausedPair()),
      hasNone(heldBack(this.#db, hints.pair)),
    );
  }

  /** How many records of the pair walks and lists have asked for whose workflow was told and has not answered yet. */
  async backgroundUnderWay(pair: string, now: Date): Promise<number> {
    const [row] = await this.#db
      .select({ underWay: count() })
      .from(hints)
      .where(
        and(eq(hints.pair, pair), inArray(hints.trigger, backgroundTriggers), gt(hints.rungAt, ringAgainBefore(now))),
      );
    return row?.underWay ?? 0;
  }

  /** Which workflow owns each record at this moment. */
  async owners(refs: readonly RecordRef[]): Promise<readonly RecordKey[]> {
    const ids = refs.filter(({ side }) => side === 'replica').map(({ recordId }) => recordId);
    const linked =
      ids.length === 0
        ? []
        : await this.#db
            .select({ pair: links.pair, replicaId: links.replicaId, masterId: links.masterId })
            .from(links)
            .where(inArray(links.replicaId, ids));
    return refs.map(({ pair, side, recordId }) => {
      if (side === 'master') return { pair, key: recordId };
      const link = linked.find((candidate) => candidate.pair === pair && candidate.replicaId === recordId);
      return { pair, key: link?.masterId ?? replicaKey(recordId) };
    });
  }

  async depth(now: Date): Promise<InboxDepth> {
    const [row] = await this.#db
      .select({
        // A look that is booked in case a write arrives late is nothing that anybody waits for.
        waiting:
          sql<number>`count(*) filter (where ${hints.dueAt} <= ${now.toISOString()} or ${hints.trigger} <> 'look_again')`.mapWith(
            Number,
          ),
        oldestDueAt: min(sql`case when ${hints.dueAt} <= ${now.toISOString()} then ${hints.receivedAt} end`).mapWith(
          hints.receivedAt,
        ),
      })
      .from(hints);
    return { waiting: row?.waiting ?? 0, oldestDueAt: row?.oldestDueAt ?? null };
  }

  #leasedLink(now: Date) {
    return this.#db
      .select({ one: sql`1` })
      .from(links)
      .where(and(isOfLink(), sql`${links.leaseUntil} > ${now.toISOString()}`));
  }

  #pausedPair() {
    return this.#db
      .select({ one: sql`1` })
      .from(pairs)
      .where(and(eq(pairs.name, hints.pair), or(isNotNull(pairs.pausedAt), isNotNull(pairs.offered))));
  }
}

/** As `not exists`, but asked row by row and only for as many as are taken: a planner would make a join of the whole inbox. */
const hasNone = (query: SQLWrapper): SQL => sql`not exists (select from ${query} as found offset 0)`;

/** The link's row and the hint's, in one statement, are about the same record. */
export const isOfLink = () =>
  and(
    eq(links.pair, hints.pair),
    or(
      and(eq(hints.side, 'master'), eq(links.masterId, hints.recordId)),
      and(eq(hints.side, 'replica'), eq(links.replicaId, hints.recordId)),
    ),
  );

const refOnly = ({ pair, side, recordId }: RecordRef): RecordRef => ({ pair, side, recordId });
