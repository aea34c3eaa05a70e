import { and, eq, lte } from 'drizzle-orm';
import type { Answer } from '../../engine/question.ts';
import type { Resolution } from '../../engine/resolution.ts';
import { ConflictStore } from '../../store/conflicts.ts';
import type { Database } from '../../store/database.ts';
import { HintStore } from '../../store/hints.ts';
import type { Hint } from '../../store/record-refs.ts';
import { LinkStore } from '../../store/links.ts';
import { PairStore } from '../../store/pairs.ts';
import { PassStore } from '../../store/passes.ts';
import { conflicts, hints, ledger, links } from '../../store/schema.ts';
import type { WorldStore } from './world-store.ts';

/** The real store, as the worlds see it. */
export class DatabaseStore implements WorldStore {
  readonly passes: PassStore;
  readonly linkStore: LinkStore;
  readonly #db: Database;
  readonly #pair: string;
  readonly #now: () => Date;

  constructor(db: Database, pair: string, now: () => Date) {
    this.#db = db;
    this.#pair = pair;
    this.#now = now;
    this.passes = new PassStore(db);
    this.linkStore = new LinkStore(db);
  }

  async hint(hint: Omit<Hint, 'pair'>): Promise<void> {
    await new HintStore(this.#db).add([{ pair: this.#pair, ...hint }], this.#now());
  }

  async dueKeys(): Promise<string[]> {
    const isDue = and(eq(hints.pair, this.#pair), lte(hints.dueAt, this.#now()));
    const due = await this.#db.select().from(hints).where(isDue).orderBy(hints.seq);
    const owners = await new HintStore(this.#db).owners(due);
    return [...new Set(owners.map(({ key }) => key))];
  }

  links() {
    return this.#db.select().from(links).where(eq(links.pair, this.#pair)).orderBy(links.id);
  }

  ledger() {
    return this.#db.select().from(ledger).where(eq(ledger.pair, this.#pair)).orderBy(ledger.id);
  }

  conflicts() {
    return this.#db.select().from(conflicts).where(eq(conflicts.pair, this.#pair)).orderBy(conflicts.id);
  }

  async decide(conflictId: number, resolution: Resolution): Promise<void> {
    await new ConflictStore(this.#db).decide({ ids: [conflictId] }, { resolution, by: 'anna', now: this.#now() });
  }

  async answer(linkId: number, answer: Answer): Promise<void> {
    const given = { answer, by: 'anna', at: this.#now().toISOString() };
    await this.#db.update(links).set({ answer: given }).where(eq(links.id, linkId));
  }

  async releaseRemovals(): Promise<void> {
    await new PairStore(this.#db).releaseRemovals(this.#pair, this.#now());
  }
}
