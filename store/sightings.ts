import { and, asc, eq, gt, inArray, isNotNull, isNull, lt, notInArray, or, type SQL, sql } from 'drizzle-orm';
import type { KnownLink } from '../engine/compare-row.ts';
import type { Side } from '../engine/values.ts';
import type { Database } from './database.ts';
import { sightings } from './population-tables.ts';
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

/** Which records of a population were seen when, and the couples that they belong to. Each call is one statement. */
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
      .where(and(eq(links.pair, pair), inArray(recordId, [...ids])));
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
    const recordId = idColumn(side);
    const rows = await this.#db
      .select({ recordId, link: comparedColumns, seenAt: sightings.seenAt })
      .from(links)
      .leftJoin(sightings, isSightingOf(side))
      .where(isAgreed(pair, side))
      .orderBy(sql`${sightings.seenAt} asc nulls first`, asc(links.id))
      .limit(limit);
    return rows.flatMap((row) => linkedRecord(row).map((record) => ({ ...record, seenAt: row.seenAt })));
  }

  /** @param exceptIds seen just now, and not recorded yet */
  async coverage(pair: string, side: Side, since: Date, exceptIds: readonly string[] = []): Promise<Coverage> {
    const unseen = and(
      isUnseen(since),
      exceptIds.length === 0 ? undefined : notInArray(idColumn(side), [...exceptIds]),
    );
    const [row] = await this.#db
      .select({
        linked: sql<number>`count(*)`.mapWith(Number),
        unseen: sql<number>`count(*) filter (where ${unseen})`.mapWith(Number),
      })
      .from(links)
      .leftJoin(sightings, isSightingOf(side))
      .where(and(isAgreed(pair, side), lt(links.syncedAt, since)));
    return { linked: row?.linked ?? 0, unseen: row?.unseen ?? 0 };
  }

  /** Linked records of a side that agreed before a time and were not seen since, in the order of their couples. */
  async unseen(
    pair: string,
    side: Side,
    since: Date,
    page: { readonly afterLinkId: number; readonly limit: number },
  ): Promise<readonly { readonly recordId: string; readonly linkId: number }[]> {
    const recordId = idColumn(side);
    const rows = await this.#db
      .select({ recordId, linkId: links.id })
      .from(links)
      .leftJoin(sightings, isSightingOf(side))
      .where(and(isAgreed(pair, side), lt(links.syncedAt, since), isUnseen(since), gt(links.id, page.afterLinkId)))
      .orderBy(asc(links.id))
      .limit(page.limit);
    return rows.flatMap(({ recordId: id, linkId }) => (id === null ? [] : [{ recordId: id, linkId }]));
  }
}

const isAgreed = (pair: string, side: Side): SQL | undefined =>
  and(eq(links.pair, pair), eq(links.state, 'linked'), isNotNull(idColumn(side)));

const isSightingOf = (side: Side): SQL | undefined =>
  and(eq(sightings.pair, links.pair), eq(sightings.side, side), eq(sightings.recordId, idColumn(side)));

const isUnseen = (since: Date): SQL | undefined => or(isNull(sightings.seenAt), lt(sightings.seenAt, since));

const linkedRecord = (row: {
  readonly recordId: string | null;
  readonly link: ComparedLink;
}): readonly LinkedRecord[] => (row.recordId === null ? [] : [{ recordId: row.recordId, link: row.link }]);
