import { and, desc, eq, inArray, isNotNull, ne, or, sql } from 'drizzle-orm';
import type { Attributes, PerSide, Side } from '../engine/values.ts';
import { nextProbe } from './circuit-rows.ts';
import type { Database } from './database.ts';
import { HintStore } from './hints.ts';
import type { Hint } from './record-refs.ts';
import {
  type CensusCounts,
  censusFindings,
  type CensusMode,
  censusRuns,
  type CensusState,
} from './population-tables.ts';
import { circuits, hints, pairs } from './schema.ts';
import { SightingStore } from './sightings.ts';

export type CensusRun = typeof censusRuns.$inferSelect;

/** Another walk over the pair has begun and not ended. */
export class CensusUnderWay extends Error {
  readonly code = 'census_under_way';
  constructor(pair: string) {
    super(`A census of ${pair} is under way: wait for its end, or cancel it`);
    this.name = 'CensusUnderWay';
  }
}

export interface NewCensus {
  /** Given by whoever may have to say it twice: the same id begins one run only. */
  readonly id?: string;
  readonly pair: string;
  readonly mode: CensusMode;
  readonly dryRun: boolean;
  /** The name of the API token, or `schedule`. */
  readonly startedBy: string;
}

/** A run, and what may keep it from going on at this moment. */
export interface CensusSituation {
  readonly run: CensusRun;
  /** By hand, or because its definition has changed. */
  readonly isPairStopped: boolean;
  /** When a system in trouble is asked again; null: none is in trouble. */
  readonly nextProbeAt: Date | null;
  /** Records that walks have handed over and that nobody has dealt with yet. */
  readonly backlog: number;
}

export interface CensusFinding {
  readonly side: Side;
  readonly recordId: string;
  readonly linkId: number | null;
  readonly attributes: Attributes | null;
}

/** What a step's work leaves behind. */
export interface WorkLeft {
  readonly hints: readonly Hint[];
  /** Records that this walk comes back to itself. */
  readonly postponed: readonly CensusFinding[];
  /** Master's records that it has come back to. */
  readonly resumed: readonly string[];
}

/** What a step has found, and where the walk goes on. */
export interface CensusLanding {
  readonly hints: readonly Hint[];
  readonly seen: { readonly side: Side; readonly ids: readonly string[] } | null;
  /** Of a dry run. */
  readonly findings: readonly CensusFinding[];
  /** Work that stands or falls with this landing. Null: there is none. */
  readonly work: ((tx: Database) => Promise<WorkLeft>) | null;
  readonly changes: Partial<
    Pick<CensusRun, 'phase' | 'position' | 'counts' | 'expected' | 'report' | 'trouble'> & { state: 'done' | 'stopped' }
  >;
}

const open: readonly CensusState[] = ['running', 'paused'];
const nothingCounted: CensusCounts = { pages: 0, seen: 0, same: 0, differing: 0, unlinked: 0, absent: 0 };
const perSide = <T>(value: T): PerSide<T> => ({ master: value, replica: value });

/** The walks over whole pairs. Each step of a walk is one transaction. */
export class CensusRunStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @throws CensusUnderWay */
  async begin({ id, ...wanted }: NewCensus, now: Date): Promise<CensusRun> {
    const given = { ...wanted, ...(id !== undefined && { id }) };
    const [run] = await this.#db
      .insert(censusRuns)
      .values({ ...given, counts: perSide(nothingCounted), expected: perSide(null), startedAt: now })
      .onConflictDoNothing()
      .returning();
    const begun = run ?? (id === undefined ? null : await this.find(id));
    if (begun === null) throw new CensusUnderWay(wanted.pair);
    return begun;
  }

  async find(id: string): Promise<CensusRun | null> {
    const [run] = await this.#db.select().from(censusRuns).where(eq(censusRuns.id, id));
    return run ?? null;
  }

  /** The pair's run that has not ended. */
  async open(pair: string): Promise<CensusRun | null> {
    const [run] = await this.#db
      .select()
      .from(censusRuns)
      .where(and(eq(censusRuns.pair, pair), inArray(censusRuns.state, [...open])));
    return run ?? null;
  }

  async latest(pair: string): Promise<CensusRun | null> {
    const [run] = await this.#db
      .select()
      .from(censusRuns)
      .where(eq(censusRuns.pair, pair))
      .orderBy(desc(censusRuns.startedAt))
      .limit(1);
    return run ?? null;
  }

  /** Whether a walk that takes up records without a partner has ever begun: the first one of these is a person's. */
  async wasImported(pair: string): Promise<boolean> {
    const [run] = await this.#db
      .select({ id: censusRuns.id })
      .from(censusRuns)
      .where(and(eq(censusRuns.pair, pair), eq(censusRuns.dryRun, false), ne(censusRuns.mode, 'couples')))
      .limit(1);
    return run !== undefined;
  }

  /** Master's records that a walk has postponed, in the order of their ids. */
  async postponed(id: string, limit: number): Promise<readonly CensusFinding[]> {
    return this.#db
      .select()
      .from(censusFindings)
      .where(and(eq(censusFindings.runId, id), eq(censusFindings.side, 'master')))
      .orderBy(censusFindings.recordId)
      .limit(limit);
  }

  /** What a step begins with, in one statement. */
  async situation(id: string): Promise<CensusSituation | null> {
    const ofRun = sql`${censusRuns.pair}`;
    const stop = this.#db
      .select({ one: sql`1` })
      .from(pairs)
      .where(and(eq(pairs.name, ofRun), or(isNotNull(pairs.pausedAt), isNotNull(pairs.offered))));
    const backlog = this.#db
      .select({ waiting: sql`count(*)` })
      .from(hints)
      .where(and(eq(hints.pair, ofRun), inArray(hints.trigger, ['census', 'backfill'])));
    const [row] = await this.#db
      .select({
        run: censusRuns,
        isPairStopped: sql<boolean>`exists ${stop}`.mapWith(Boolean),
        nextProbeAt: sql<Date | null>`${nextProbe(this.#db, ofRun)}`.mapWith(circuits.nextProbeAt),
        backlog: sql<number>`${backlog}`.mapWith(Number),
      })
      .from(censusRuns)
      .where(eq(censusRuns.id, id));
    return row ?? null;
  }

  /** Reads nothing more until somebody resumes it. @returns whether it was running */
  async pause(id: string): Promise<boolean> {
    return this.#move(id, ['running'], { state: 'paused' });
  }

  /** @returns whether it was paused */
  async resume(id: string): Promise<boolean> {
    return this.#move(id, ['paused'], { state: 'running' });
  }

  /** Ends it where it is; what it has handed over stays in the inbox. @returns whether it was open */
  async cancel(id: string, now: Date): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      const isCanceled = await new CensusRunStore(tx).#move(id, open, { state: 'canceled', endedAt: now });
      if (isCanceled) await dropFindings(tx, id);
      return isCanceled;
    });
  }

  /**
   * A step's results together with the place where the walk goes on, in one transaction. Stands only on the run as the
   * step has seen it: otherwise nothing is stored.
   * @returns whether it was stored
   */
  async land(
    run: Pick<CensusRun, 'id' | 'pair' | 'revision' | 'startedAt'>,
    { hints: found, seen, findings, work, changes }: CensusLanding,
    now: Date,
  ): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      const rows = await tx
        .update(censusRuns)
        .set({
          ...changes,
          ...(changes.state !== undefined && { endedAt: now }),
          revision: run.revision + 1,
        })
        .where(and(eq(censusRuns.id, run.id), eq(censusRuns.revision, run.revision), eq(censusRuns.state, 'running')))
        .returning({ id: censusRuns.id });
      if (rows.length === 0) return false;
      const left = work === null ? nothingLeft : await work(tx);
      await handOver(tx, run.id, [...found, ...left.hints], now);
      // Another process' clock may have been ahead when the run began.
      const seenAt = now < run.startedAt ? run.startedAt : now;
      if (seen !== null) await new SightingStore(tx).record(run.pair, seen.side, seen.ids, seenAt);
      await takeFindings(tx, run.id, left.resumed);
      await addFindings(tx, run.id, [...findings, ...left.postponed]);
      if (changes.state !== undefined) await dropFindings(tx, run.id);
      return true;
    });
  }

  async #move(id: string, from: readonly CensusState[], to: Partial<CensusRun>): Promise<boolean> {
    const rows = await this.#db
      .update(censusRuns)
      .set({ ...to, revision: sql`${censusRuns.revision} + 1` })
      .where(and(eq(censusRuns.id, id), inArray(censusRuns.state, [...from])))
      .returning({ id: censusRuns.id });
    return rows.length > 0;
  }
}

const nothingLeft: WorkLeft = { hints: [], postponed: [], resumed: [] };

async function takeFindings(tx: Database, runId: string, recordIds: readonly string[]): Promise<void> {
  if (recordIds.length === 0) return;
  const taken = inArray(censusFindings.recordId, [...recordIds]);
  await tx.delete(censusFindings).where(and(eq(censusFindings.runId, runId), eq(censusFindings.side, 'master'), taken));
}

async function handOver(tx: Database, runId: string, found: readonly Hint[], now: Date): Promise<void> {
  if (found.length === 0) return;
  await new HintStore(tx).addUnrung(found, now);
  await tx
    .update(censusRuns)
    .set({ handedOver: sql`${censusRuns.handedOver} + ${found.length}` })
    .where(eq(censusRuns.id, runId));
}

/** A record that was found before, as by a page that is read again, is found anew. */
async function addFindings(tx: Database, runId: string, findings: readonly CensusFinding[]): Promise<void> {
  if (findings.length === 0) return;
  await tx
    .insert(censusFindings)
    .values(findings.map((finding) => ({ ...finding, runId })))
    .onConflictDoUpdate({
      target: [censusFindings.runId, censusFindings.side, censusFindings.recordId],
      set: { linkId: sql`excluded.link_id`, attributes: sql`excluded.attributes` },
    });
}

async function dropFindings(tx: Database, runId: string): Promise<void> {
  await tx.delete(censusFindings).where(eq(censusFindings.runId, runId));
}
