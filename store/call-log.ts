import { randomUUID } from 'node:crypto';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from './database.ts';
import { callLog } from './call-log-table.ts';

/** At most so many calls may count within so many milliseconds. */
export interface LogLimit {
  readonly calls: number;
  readonly lengthMs: number;
}

export interface LogTerms {
  readonly limits: readonly LogLimit[];
  /** After this time calls that were not settled count as made. */
  readonly heldForMs: number;
}

export type LogAnswer =
  { readonly kind: 'held'; readonly id: string } | { readonly kind: 'spent'; readonly retryAfterMs: number };

export interface CallLogOptions {
  /** The time, as an expression of the database's. */
  readonly clock?: SQL;
}

/** Any number; it only has to be the same in every process. */
const holdLock = 7_262_367;

const answerOfHold = z.object({ rows: z.tuple([z.object({ retry_after_ms: z.number().nullable() })]) });
const answerOfUsed = z.object({ rows: z.array(z.object({ used: z.number() })) });

/**
 * A sliding log of calls that all processes on the database share, on the database's clock. Calls that are held count
 * fully; once settled, those used count from that moment on.
 */
export class CallLogStore {
  readonly #db: Database;
  readonly #clock: SQL;

  constructor(db: Database, { clock = sql`clock_timestamp()` }: CallLogOptions = {}) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Holds the calls if every limit leaves room for them; one caller at a time for each system. */
  async hold(system: string, calls: number, { limits, heldForMs }: LogTerms): Promise<LogAnswer> {
    const id = randomUUID();
    const longestMs = Math.max(...limits.map(({ lengthMs }) => lengthMs));
    const answer = await this.#db.transaction(async (tx) => {
      // A statement of its own: the next one has to see what was committed while this one waited.
      await tx.execute(sql`select pg_advisory_xact_lock(${holdLock}::int, hashtext(${system}))`);
      return tx.execute(sql`
        with ${this.#time()},
        refused as (${refusal(system, calls, limits)}),
        outdated as (
          delete from ${callLog}
          where ${callLog.system} = ${system} and ${callLog.countedAt} <= (select at - ${milliseconds(longestMs)} from time)
        ),
        held as (
          insert into ${callLog} (id, system, calls, counted_at)
          select ${id}::uuid, ${system}, ${calls}::int, at + ${milliseconds(heldForMs)} from time
          where not exists (select from refused where retry_after_ms is not null)
        )
        select retry_after_ms from refused`);
    });
    const [{ retry_after_ms: retryAfterMs }] = answerOfHold.parse(answer).rows;
    return retryAfterMs === null ? { kind: 'held', id } : { kind: 'spent', retryAfterMs };
  }

  /** `used` of the held calls were made by now, the others never will be. */
  async settle(system: string, id: string, used: number): Promise<void> {
    const row = and(eq(callLog.system, system), eq(callLog.id, id));
    if (used === 0) await this.#db.delete(callLog).where(row);
    else await this.#db.update(callLog).set({ calls: used, countedAt: this.#clock }).where(row);
  }

  /** The calls that count within each of the lengths. */
  async used(system: string, lengthsMs: readonly number[]): Promise<readonly number[]> {
    const answer = await this.#db.execute(sql`
      with ${this.#time()}
      select coalesce((
        select sum(${callLog.calls}) from ${callLog}
        where ${callLog.system} = ${system} and ${callLog.countedAt} > time.at - length.ms::float8 * interval '1 ms'
      ), 0)::int as used
      from time, jsonb_array_elements_text(${JSON.stringify(lengthsMs)}::jsonb) with ordinality as length(ms, number)
      order by length.number`);
    return answerOfUsed.parse(answer).rows.map(({ used }) => used);
  }

  #time(): SQL {
    return sql`time as materialized (select ${this.#clock} as at)`;
  }
}

const milliseconds = (ms: number): SQL => sql`${ms}::float8 * interval '1 ms'`;

/**
 * Null if there is room, else when to ask again. Counted from the newest call back, the first one that is too many has to
 * leave its window; if that one is held, it may be given back at any time.
 */
function refusal(system: string, calls: number, limits: readonly LogLimit[]): SQL {
  const given = JSON.stringify(limits.map(({ calls: limit, lengthMs }) => [limit - calls, lengthMs]));
  return sql`
    select max(greatest(200, case
        when excess.counted_at > time.at then least(5000, room.length_ms)
        else ceil(extract(epoch from excess.counted_at - time.at) * 1000 + room.length_ms)
      end))::int as retry_after_ms
    from time,
    lateral (
      select (limit_of->>0)::int as calls, (limit_of->>1)::float8 as length_ms
      from jsonb_array_elements(${given}::jsonb) as limit_of
    ) as room,
    lateral (
      select counted_at from (
        select ${callLog.countedAt}, sum(${callLog.calls}) over newest_first as counted
        from ${callLog} where ${callLog.system} = ${system}
        window newest_first as (order by ${callLog.countedAt} desc, ${callLog.id})
      ) as log
      where counted > room.calls
      order by counted limit 1
    ) as excess
    where excess.counted_at > time.at - room.length_ms * interval '1 ms'`;
}
