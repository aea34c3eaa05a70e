import { and, desc, eq } from 'drizzle-orm';
import type { CensusRun } from './census-runs.ts';
import type { Database } from './database.ts';
import { censusRuns } from './population-tables.ts';

/** What people, and those who start walks, ask about them. */
export class CensusViews {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The latest first. */
  async recent(pair: string, limit: number): Promise<readonly CensusRun[]> {
    return this.#db
      .select()
      .from(censusRuns)
      .where(eq(censusRuns.pair, pair))
      .orderBy(desc(censusRuns.startedAt), desc(censusRuns.id))
      .limit(limit);
  }

  /** The pair's latest run that has come to its end. */
  async lastDone(pair: string): Promise<CensusRun | null> {
    const [run] = await this.#db
      .select()
      .from(censusRuns)
      .where(and(eq(censusRuns.pair, pair), eq(censusRuns.state, 'done')))
      .orderBy(desc(censusRuns.startedAt))
      .limit(1);
    return run ?? null;
  }

  /** Runs that have to be carried out, of all pairs. */
  async running(): Promise<readonly Pick<CensusRun, 'id' | 'pair'>[]> {
    return this.#db
      .select({ id: censusRuns.id, pair: censusRuns.pair })
      .from(censusRuns)
      .where(eq(censusRuns.state, 'running'));
  }
}
