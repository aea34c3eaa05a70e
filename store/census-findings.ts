import { and, asc, eq, gt, inArray, isNotNull, isNull } from 'drizzle-orm';
import type { Attributes, Side } from '../engine/values.ts';
import type { Database } from './database.ts';
import type { Link } from './link-rows.ts';
import { censusFindings } from './population-tables.ts';
import { links } from './schema.ts';

/** A couple with what a dry run saw of it: null where it was not there, missing where it is as it was agreed. */
export interface FoundCouple {
  readonly link: Link;
  readonly shown: Readonly<Partial<Record<Side, Attributes | null>>>;
}

export interface FoundRecord {
  readonly id: string;
  readonly attributes: Attributes;
}

/** What a dry run has found, read in portions. */
export class CensusFindingStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** In the order of the links, after the given one. */
  async couples(
    runId: string,
    page: { readonly afterLinkId: number; readonly limit: number },
  ): Promise<readonly FoundCouple[]> {
    const found = await this.#db
      .selectDistinct({ linkId: censusFindings.linkId })
      .from(censusFindings)
      .where(and(eq(censusFindings.runId, runId), gt(censusFindings.linkId, page.afterLinkId)))
      .orderBy(asc(censusFindings.linkId))
      .limit(page.limit);
    const ids = found.flatMap(({ linkId }) => (linkId === null ? [] : [linkId]));
    if (ids.length === 0) return [];
    const [couples, findings] = await Promise.all([
      this.#db.select().from(links).where(inArray(links.id, ids)).orderBy(asc(links.id)),
      this.#db
        .select()
        .from(censusFindings)
        .where(and(eq(censusFindings.runId, runId), inArray(censusFindings.linkId, ids))),
    ]);
    const shownOf = Map.groupBy(findings, ({ linkId }) => linkId);
    return couples.map((link) => ({
      link,
      shown: Object.fromEntries((shownOf.get(link.id) ?? []).map(({ side, attributes }) => [side, attributes])),
    }));
  }

  /** Records of a side that are in no link, in the order of their ids, after the given one. */
  async strangers(
    runId: string,
    side: Side,
    page: { readonly afterId: string; readonly limit: number },
  ): Promise<readonly FoundRecord[]> {
    const rows = await this.#db
      .select({ id: censusFindings.recordId, attributes: censusFindings.attributes })
      .from(censusFindings)
      .where(
        and(
          eq(censusFindings.runId, runId),
          eq(censusFindings.side, side),
          isNull(censusFindings.linkId),
          isNotNull(censusFindings.attributes),
          gt(censusFindings.recordId, page.afterId),
        ),
      )
      .orderBy(asc(censusFindings.recordId))
      .limit(page.limit);
    return rows.flatMap(({ id, attributes }) => (attributes === null ? [] : [{ id, attributes }]));
  }

  /** What was seen of these records of a side. */
  async attributesOf(runId: string, side: Side, ids: readonly string[]): Promise<ReadonlyMap<string, Attributes>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#db
      .select({ id: censusFindings.recordId, attributes: censusFindings.attributes })
      .from(censusFindings)
      .where(
        and(eq(censusFindings.runId, runId), eq(censusFindings.side, side), inArray(censusFindings.recordId, [...ids])),
      );
    return new Map(rows.flatMap(({ id, attributes }) => (attributes === null ? [] : [[id, attributes] as const])));
  }

  /** Those of the replica's ids that are in a couple. */
  async takenReplicas(pair: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.#db
      .select({ id: links.replicaId })
      .from(links)
      .where(and(eq(links.pair, pair), inArray(links.replicaId, [...ids]), isNotNull(links.masterId)));
    return new Set(rows.flatMap(({ id }) => (id === null ? [] : [id])));
  }
}
