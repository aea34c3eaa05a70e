import { and, asc, eq, gt, gte, inArray, isNotNull, isNull, lt, max, notInArray, or, type SQL, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import type { KnownLink } from '../engine/compare-row.ts';
import type { Side } from '../engine/values.ts';
import type { Database } from './database.ts';
import { sightings } from './population-tables.ts';
import { isAnyOf } from './is-any-of.ts';
import { links } from './schema.ts';

/** What a row of a list is compared with. */
export type ComparedLink = KnownLink & { readonly id: number };

/** A record that a couple has on one side. */
export interface LinkedRecord {
  readonly recordId: string;
  readonly link: ComparedLink;
}

/** What of a side's linked records has come into sight since a time. */
export interface Coverage {
  /** Couples that agreed before that time. */
  readonly linked: number;
  readonly unseen: number;
}

export interface VisitQuery {
  readonly pair: string;
  readonly side: Side;
  /** What a pass has looked at since then need not be visited. */
  readonly before: Date;
  readonly afterLinkId: number;
  readonly limit: number;
}

const comparedColumns = {
  id: links.id,
  state: links.state,
  gone: links.gone,
  failure: links.failure,
  nextAttemptAt: links.nextAttemptAt,
  baseMaster: links.baseMaster,
  baseReplica: links.baseReplica,
  versionMaster: links.versionMaster,
  versionReplica: links.versionReplica,
  replicaId: links.replicaId,
  formerReplicaIds: links.formerReplicaIds,
  statusSeen: links.statusSeen,
};

const idColumn = (side: Side) => (side === 'master' ? links.masterId : links.replicaId);

/** Which records of a population were seen when, and the couples that they belong to. Each call is one statement, or two. */
export class SightingStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** A record that was seen later stays so. */
  async record(pair: string, side: Side, ids: readonly string[], seenAt: Date): Promise<void> {
    if (ids.length === 0) return;
    // In one order for everybody: two walks that touch the same rows would wait for each other for ever.
    const given = JSON.stringify([...new Set(ids)].sort());
    await this.#db
      .insert(sightings)
      .select(
        sql`select ${pair}::text, ${side}::text, given.value, ${seenAt.toISOString()}::timestamptz
          from jsonb_array_elements_text(${given}::jsonb) as given`,
      )
      .onConflictDoUpdate({
        target: [sightings.pair, sightings.side, sightings.recordId],
        set: { seenAt: sql`greatest(${sightings.seenAt}, excluded.seen_at)` },
      });
  }

  /** The couples of these records, by the record's id. */
  async linksOf(pair: string, side: Side, ids: readonly string[]): Promise<ReadonlyMap<string, ComparedLink>> {
    if (ids.length === 0) return new Map();
    const recordId = idColumn(side);
    const rows = await this.#db
      .select({ recordId, link: comparedColumns })
      .from(links)
      .where(and(eq(links.pair, pair), isAnyOf(recordId, ids)));
    return new Map(rows.flatMap(linkedRecord).map(({ recordId: id, link }) => [id, link]));
  }

  /** Records to be visited one by one, in the order of their couples. */
  async visits({ pair, side, before, afterLinkId, limit }: VisitQuery): Promise<readonly LinkedRecord[]> {
    const recordId = idColumn(side);
    const rows = await this.#db
      .select({ recordId, link: comparedColumns })
      .from(links)
      .where(
        and(
          eq(links.pair, pair),
          isNotNull(recordId),
          inArray(links.state, ['new', 'linked', 'parked']),
          or(isNull(links.syncedAt), lt(links.syncedAt, before)),
          gt(links.id, afterLinkId),
        ),
      )
      .orderBy(asc(links.id))
      .limit(limit);
    return rows.flatMap(linkedRecord);
  }

  /** The linked records of a side that were seen longest ago, those that never were first. */
  async oldest(pair: string, side: Side, limit: number): Promise<readonly (LinkedRecord & { seenAt: Date | null })[]> {
    const records = this.#records(pair, side);
    const seenAt = sql<Date | null>`max(${records.seenAt})`.mapWith(sightings.seenAt);
    const rows = await this.#db
      .select({ recordId: records.recordId, seenAt })
      .from(records)
      .groupBy(records.recordId)
      .having(isNotNull(max(records.linkId)))
      .orderBy(sql`max(${records.seenAt}) asc nulls first`, asc(max(records.linkId)))
      .limit(limit);
    const ids = rows.flatMap(({ recordId }) => recordId ?? []);
    const known = await this.linksOf(pair, side, ids);
    return rows.flatMap(({ recordId, seenAt: at }) => {
      const link = known.get(recordId ?? '');
      return recordId === null || link === undefined ? [] : [{ recordId, link, seenAt: at }];
    });
  }

  /** @param exceptIds seen just now, and not recorded yet */
  async coverage(pair: string, side: Side, since: Date, exceptIds: readonly string[] = []): Promise<Coverage> {
    const records = this.#records(pair, side, since);
    const linked = this.#db
      .select({
        recordId: sql<string>`${records.recordId}`.as('linked_id'),
        seenAt: sql`max(${records.seenAt})`.as('last_seen_at'),
      })
      .from(records)
      .groupBy(records.recordId)
      .having(isNotNull(max(records.linkId)))
      .as('linked');
    const isKnown = exceptIds.length === 0 ? undefined : notInArray(linked.recordId, [...exceptIds]);
    const unseen = and(isNull(linked.seenAt), isKnown);
    const [row] = await this.#db
      .select({
        linked: sql<number>`count(*)`.mapWith(Number),
        unseen: sql<number>`count(*) filter (where ${unseen})`.mapWith(Number),
      })
      .from(linked);
    return { linked: row?.linked ?? 0, unseen: row?.unseen ?? 0 };
  }

  /** Linked records of a side that agreed before a time and were not seen since, in the order of their couples. */
  async unseen(
    pair: string,
    side: Side,
    since: Date,
    page: { readonly afterLinkId: number; readonly limit: number },
  ): Promise<readonly { readonly recordId: string; readonly linkId: number }[]> {
    const records = this.#records(pair, side, since);
    const linkId = max(records.linkId).mapWith(Number);
    const rows = await this.#db
      .select({ recordId: records.recordId, linkId })
      .from(records)
      .groupBy(records.recordId)
      .having(and(gt(linkId, page.afterLinkId), isNull(max(records.seenAt))))
      .orderBy(asc(linkId))
      .limit(page.limit);
    return rows.flatMap(({ recordId, linkId: id }) => (recordId === null ? [] : [{ recordId, linkId: id }]));
  }

  /**
   * What couples have and what was seen, one below the other, to be grouped by record. Not joined: without statistics, which
   * the embedded database never gathers, a join compares every row with every other.
   * @param since only sightings since then, and couples that agreed before
   */
  #records(pair: string, side: Side, since?: Date) {
    const linked = this.#db
      .select({
        recordId: sql<string | null>`${idColumn(side)}`.as('record_id'),
        linkId: sql<number | null>`${links.id}`.as('link_id'),
        seenAt: sql<Date | null>`null::timestamptz`.as('seen_at'),
      })
      .from(links)
      .where(and(isAgreed(pair, side), since === undefined ? undefined : lt(links.syncedAt, since)));
    const seen = this.#db
      .select({
        recordId: sql<string | null>`${sightings.recordId}`.as('record_id'),
        linkId: sql<number | null>`null::bigint`.as('link_id'),
        seenAt: sql<Date | null>`${sightings.seenAt}`.as('seen_at'),
      })
      .from(sightings)
      .where(
        and(
          eq(sightings.pair, pair),
          eq(sightings.side, side),
          since === undefined ? undefined : gte(sightings.seenAt, since),
        ),
      );
    return unionAll(linked, seen).as('records');
  }
}

const isAgreed = (pair: string, side: Side): SQL | undefined =>
  and(eq(links.pair, pair), eq(links.state, 'linked'), isNotNull(idColumn(side)));

const linkedRecord = (row: {
  readonly recordId: string | null;
  readonly link: ComparedLink;
}): readonly LinkedRecord[] => (row.recordId === null ? [] : [{ recordId: row.recordId, link: row.link }]);
