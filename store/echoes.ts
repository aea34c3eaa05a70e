import { and, eq, gte } from 'drizzle-orm';
import type { Database } from './database.ts';
import { links } from './schema.ts';

/** A webhook comes within seconds; one that comes later is worth a look. */
const dueForMs = 60_000;

export interface Echo {
  readonly pair: string;
  /** Of the master's record. */
  readonly recordId: string;
  readonly version: string;
}

/** The webhooks that our own writes lead to. */
export class EchoStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Whether it was due. Only the first to ask is told so: what shows the same once more may be about something else. */
  async take({ pair, recordId, version }: Echo, now: Date): Promise<boolean> {
    const taken = await this.#db
      .update(links)
      .set({ echoDue: null })
      .where(
        and(
          eq(links.pair, pair),
          eq(links.masterId, recordId),
          eq(links.echoDue, version),
          gte(links.syncedAt, new Date(now.getTime() - dueForMs)),
        ),
      )
      .returning({ id: links.id });
    return taken.length > 0;
  }
}
