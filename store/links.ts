import { and, eq, inArray, isNotNull, isNull, ne, or, type SQL, sql } from 'drizzle-orm';
import type { UnsettledWrite } from '../engine/settled-writes.ts';
import type { Side } from '../engine/values.ts';
import type { Database } from './database.ts';
import type { LedgerRow } from './ledger-rows.ts';
import { isAnyOf } from './is-any-of.ts';
import { isUnsettled } from './is-unsettled.ts';
import { isParted, partedStates } from './reference-waits.ts';
import { ledger, links } from './schema.ts';

/** A creation of another couple whose fate is not known yet. */
export interface OpenCreation {
  readonly state: 'planned' | 'asked';
  /** When it was begun. */
  readonly since: Date;
  /** The record that it was to be the partner of. */
  readonly of: string;
  /** What was sent. */
  readonly writes: readonly UnsettledWrite[];
}

/** A couple that others point to. */
export interface TargetCouple {
  readonly id: number;
  readonly pair: string;
  /** Null: its only record went before it had a partner. */
  readonly masterId: string | null;
  readonly replicaId: string | null;
  /** One of its records is gone. */
  readonly isParted: boolean;
}

/** What a pass has to know about other records' links. */
export class LinkStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Those of the given ids that have a partner already, in another link than `exceptLinkId`. */
  async taken(pair: string, side: Side, ids: readonly string[], exceptLinkId: number): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const [column, partner] = side === 'master' ? [links.masterId, links.replicaId] : [links.replicaId, links.masterId];
    const rows = await this.#db
      .select({ id: column })
      .from(links)
      .where(and(eq(links.pair, pair), inArray(column, [...ids]), isNotNull(partner), ne(links.id, exceptLinkId)));
    return new Set(rows.flatMap(({ id }) => (id === null ? [] : [id])));
  }

  /** The couples that have these records of one side, in whatever pair; those without a partner so far are none. */
  async couplesOf(
    side: Side,
    records: readonly { readonly pair: string; readonly id: string }[],
  ): Promise<readonly TargetCouple[]> {
    if (records.length === 0) return [];
    const column = side === 'master' ? links.masterId : links.replicaId;
    const idsByPair = Map.groupBy(records, ({ pair }) => pair);
    // A join with what is given would read every couple there is where the database knows nothing of its statistics.
    const ofPairs = [...idsByPair].map(([pair, ofPair]) => {
      const ids = ofPair.map(({ id }) => id);
      return and(eq(links.pair, pair), isAnyOf(column, ids));
    });
    return this.#couples(or(...ofPairs));
  }

  /** The couples with these numbers. */
  async couples(ids: readonly number[]): Promise<readonly TargetCouple[]> {
    return ids.length === 0 ? [] : this.#couples(isAnyOf(links.id, ids));
  }

  async #couples(wanted: SQL | undefined): Promise<readonly TargetCouple[]> {
    const { id, pair, masterId, replicaId, state } = links;
    const rows = await this.#db
      .select({ id, pair, masterId, replicaId, state })
      .from(links)
      .where(and(wanted, or(inArray(state, partedStates), and(isNotNull(masterId), isNotNull(replicaId)))));
    return rows.map((row) => ({
      id: row.id,
      pair: row.pair,
      masterId: row.masterId,
      replicaId: row.replicaId,
      isParted: isParted(row),
    }));
  }

  /** Creations on that side which other couples have begun and which may have made any unknown record there, oldest first. */
  async openCreations(pair: string, side: Side, exceptLinkId: number | null): Promise<readonly OpenCreation[]> {
    const rows = await this.#db
      .select({ row: ledger, masterId: links.masterId, replicaId: links.replicaId })
      .from(ledger)
      .innerJoin(links, eq(links.id, ledger.linkId))
      .where(
        and(
          eq(ledger.pair, pair),
          eq(ledger.side, side),
          isUnsettled(ledger.state),
          isNull(side === 'master' ? links.masterId : links.replicaId),
          exceptLinkId === null ? undefined : ne(links.id, exceptLinkId),
        ),
      )
      .orderBy(ledger.id);
    return openCreationsIn(rows.map(({ row, ...ids }) => ({ ...row, of: ids.masterId ?? ids.replicaId ?? '' })));
  }

  /** A few other records of that side which existed when they were last looked at, taken at random. */
  async witnesses(pair: string, side: Side, exceptLinkId: number, limit: number): Promise<readonly string[]> {
    const column = side === 'master' ? links.masterId : links.replicaId;
    const rows = await this.#db
      .select({ id: column })
      .from(links)
      .where(and(eq(links.pair, pair), eq(links.state, 'linked'), isNotNull(column), ne(links.id, exceptLinkId)))
      .orderBy(sql`random()`)
      .limit(limit);
    return rows.flatMap(({ id }) => (id === null ? [] : [id]));
  }
}

/** One creation per couple, with the values of its rows. */
export function openCreationsIn(rows: readonly (LedgerRow & { readonly of: string })[]): readonly OpenCreation[] {
  return rows
    .filter(({ action }) => action === 'create')
    .map(({ linkId, state, plannedAt, of }) => ({
      state: state === 'asked' ? 'asked' : 'planned',
      since: plannedAt,
      of,
      writes: rows.flatMap((row) => (row.linkId === linkId ? asUnsettled(row, rows) : [])),
    }));
}

/** The value that one of these rows meant to write, if it meant one. */
export const asUnsettled = (row: LedgerRow, rows: readonly LedgerRow[]): readonly UnsettledWrite[] => {
  const { action, side, attribute, oldValue, newValue, seenVersion } = row;
  if (action !== 'set' || attribute === null) return [];
  return [{ side, attribute, oldValue, newValue, seenVersion, fate: isUnsent(row, rows) ? 'unsent' : 'unknown' }];
};

/** A pass sends the replica's values first, and the master's only when it has stored what became of those. */
const isUnsent = ({ side, runId }: LedgerRow, rows: readonly LedgerRow[]): boolean =>
  side === 'master' && rows.some((row) => row.side === 'replica' && row.runId === runId);
