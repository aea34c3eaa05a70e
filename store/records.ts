import { and, asc, desc, eq, gt, inArray, isNotNull, notInArray, or, sql } from 'drizzle-orm';
import { answersTo, type QuestionCode } from '../engine/question.ts';
import type { Database } from './database.ts';
import { HintStore } from './hints.ts';
import { type CoupleIds, type Hint, keyOf, type RecordRef, refOfKey } from './record-refs.ts';
import { isAnyOf } from './is-any-of.ts';
import { type GivenAnswer, ledger, type LinkState, links } from './schema.ts';
import type { LedgerRow } from './ledger-rows.ts';
import type { Link } from './link-rows.ts';

export interface PairCounts {
  readonly new: number;
  readonly linked: number;
  readonly unlinked: number;
  readonly deleted: number;
  readonly parked: number;
  /** Of all of them, those that are tried again by themselves. */
  readonly waiting: number;
}

/** How the couple is named to its workflow. */
export const refOfLink = (link: CoupleIds & Pick<Link, 'pair'>): RecordRef =>
  refOfKey({ pair: link.pair, key: keyOf(link) });

/** Given up, or waiting for the next attempt. A record that asks something is neither: only its answer helps. */
export const hasFailed = ({ state, failure, nextAttemptAt }: Link): boolean =>
  failure !== null && !(failure.code in answersTo) && (state === 'parked' || nextAttemptAt !== null);

/** As `hasFailed`. */
const failedIn = (pair: string, code: string | null) =>
  and(
    eq(links.pair, pair),
    code === null ? undefined : eq(failureCode, code),
    notInArray(failureCode, Object.keys(answersTo)),
    or(eq(links.state, 'parked'), isNotNull(links.nextAttemptAt)),
  );
const failureCode = sql<string>`${links.failure}->>'code'`;

/** What people ask about records. */
export class RecordStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** By the master's id, or by `replica:<id>`. */
  async find(pair: string, id: string): Promise<Link | undefined> {
    const replicaId = id.startsWith('replica:') ? id.slice('replica:'.length) : null;
    const named = replicaId === null ? eq(links.masterId, id) : eq(links.replicaId, replicaId);
    const [link] = await this.#db
      .select()
      .from(links)
      .where(and(eq(links.pair, pair), named));
    return link;
  }

  /** In the order of their creation, after the given link. */
  async list(
    pair: string,
    options: { state: LinkState | null; limit: number; after: number },
  ): Promise<readonly Link[]> {
    const ofState = options.state === null ? undefined : eq(links.state, options.state);
    return this.#db
      .select()
      .from(links)
      .where(and(eq(links.pair, pair), ofState, gt(links.id, options.after)))
      .orderBy(asc(links.id))
      .limit(options.limit);
  }

  /** Parked records with one of these questions, in the order of their creation, after the given link. */
  async asking(
    pair: string,
    codes: readonly QuestionCode[],
    page: { limit: number; after: number },
  ): Promise<readonly Link[]> {
    return this.#db
      .select()
      .from(links)
      .where(
        and(
          eq(links.pair, pair),
          eq(links.state, 'parked'),
          inArray(sql`${links.failure}->>'code'`, [...codes]),
          gt(links.id, page.after),
        ),
      )
      .orderBy(asc(links.id))
      .limit(page.limit);
  }

  /** Stores a person's answer to the questions of these records and the hints that have it carried out, in one transaction. */
  async answer(answered: readonly Link[], given: GivenAnswer, now: Date): Promise<void> {
    const ids = answered.map(({ id }) => id);
    const looks = answered.map((link): Hint => ({ ...refOfLink(link), trigger: 'person' }));
    await this.#db.transaction(async (tx) => {
      await tx.update(links).set({ answer: given }).where(isAnyOf(links.id, ids));
      await new HintStore(tx).add(looks, now);
    });
  }

  /** Records that were given up or wait for their next attempt, in the order of their creation, after the given link. */
  async failed(
    pair: string,
    options: { readonly code: string | null; readonly limit: number; readonly after: number },
  ): Promise<readonly Link[]> {
    return this.#db
      .select()
      .from(links)
      .where(and(failedIn(pair, options.code), gt(links.id, options.after)))
      .orderBy(asc(links.id))
      .limit(options.limit);
  }

  /**
   * All of those are to be looked at now: one statement, however many there are.
   * @returns how many, and whose workflow must be told
   */
  async retryFailed(
    pair: string,
    code: string | null,
    now: Date,
  ): Promise<{ readonly retried: number; readonly unheard: readonly RecordRef[] }> {
    const failed = await this.#db
      .select({ pair: links.pair, masterId: links.masterId, replicaId: links.replicaId })
      .from(links)
      .where(failedIn(pair, code))
      .orderBy(asc(links.id));
    const hinted = failed.map((link) => ({ ...refOfLink(link), trigger: 'person' as const }));
    return { retried: failed.length, unheard: await new HintStore(this.#db).add(hinted, now) };
  }

  /** Parked and waiting records, the latest failure first. */
  async troubled(pair: string, limit: number): Promise<readonly Link[]> {
    return this.#db
      .select()
      .from(links)
      .where(
        and(
          eq(links.pair, pair),
          isNotNull(links.failure),
          or(eq(links.state, 'parked'), isNotNull(links.nextAttemptAt)),
        ),
      )
      .orderBy(desc(links.updatedAt))
      .limit(limit);
  }

  async counts(pair: string): Promise<PairCounts> {
    const rows = await this.#db
      .select({
        state: links.state,
        records: sql<number>`count(*)`.mapWith(Number),
        waiting: sql<number>`count(${links.nextAttemptAt})`.mapWith(Number),
      })
      .from(links)
      .where(eq(links.pair, pair))
      .groupBy(links.state);
    const counts = { new: 0, linked: 0, unlinked: 0, deleted: 0, parked: 0, waiting: 0 };
    for (const { state, records, waiting } of rows) {
      counts[state] = records;
      counts.waiting += waiting;
    }
    return counts;
  }

  /** What was written and why, the latest first. */
  async history(linkId: number, options: { field: string | null; limit: number }): Promise<readonly LedgerRow[]> {
    const { field, limit } = options;
    const wholes = and(eq(ledger.action, 'create'), isNotNull(ledger.newValue));
    const ofField = field === null ? undefined : or(eq(ledger.field, field), wholes);
    const rows = await this.#db
      .select()
      .from(ledger)
      .where(and(eq(ledger.linkId, linkId), ofField))
      .orderBy(desc(ledger.id))
      .limit(limit);
    const entries = rows.flatMap(entriesOf);
    return (field === null ? entries : entries.filter((entry) => entry.field === field)).slice(0, limit);
  }
}

/** A creation that was made with many others says in one entry what each field was created with. */
function entriesOf(row: LedgerRow): readonly LedgerRow[] {
  const { action, newValue } = row;
  if (action !== 'create' || !isObject(newValue)) return [row];
  const fields = Object.entries(newValue).map(([field, value]) => ({
    ...row,
    action: 'set' as const,
    field,
    newValue: value,
  }));
  return [...fields, { ...row, newValue: null }];
}

const isObject = (value: unknown): value is Readonly<Record<string, LedgerRow['newValue']>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
