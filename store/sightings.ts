import { and, asc, eq, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import type { Side } from '../engine/values.ts';
import type { Database } from './database.ts';
import type { Link } from './link-rows.ts';
import { sightings } from './population-tables.ts';
import { links } from './schema.ts';

export interface Sighting {
  readonly recordId: string;
  /** The version that catch-up has compared; missing: what it had compared before stays. */
  readonly version?: string | null;
}

/** Notes that records of a side were seen, in one statement. */
export async function noteSightings(
  tx: Database,
  pair: string,
  side: Side,
  seen: readonly Sighting[],
  now: Date,
): Promise<void> {
  const versions = new Map(seen.map(({ recordId, version = null }) => [recordId, version]));
  if (versions.size === 0) return;
  // One parameter for all of them, in one order for all statements: others wait for each other instead of deadlocking.
  const given = JSON.stringify([...versions].sort(([one], [other]) => (one < other ? -1 : 1)));
  const seenAt = sql`${now.toISOString()}::timestamptz`;
  await tx
    .insert(sightings)
    .select(
      sql`select ${pair}::text, ${side}::text, given->>0, ${seenAt}, given->>1 from jsonb_array_elements(${given}::jsonb) as given`,
    )
    .onConflictDoUpdate({
      target: [sightings.pair, sightings.side, sightings.recordId],
      set: { seenAt: sql`excluded.seen_at`, version: sql`coalesce(excluded.version, ${sightings.version})` },
    });
}

/** The versions of these records that catch-up has compared. */
export async function comparedVersions(
  db: Database,
  pair: string,
  side: Side,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: sightings.recordId, version: sightings.version })
    .from(sightings)
    .where(and(eq(sightings.pair, pair), eq(sightings.side, side), inArray(sightings.recordId, [...ids])));
  return new Map(rows.flatMap(({ id, version }) => (version === null ? [] : [[id, version] as const])));
}

const ownId = (side: Side) => (side === 'master' ? links.masterId : links.replicaId);

/** The couples of these records, by the record's id. */
export async function linksOfRecords(
  db: Database,
  pair: string,
  side: Side,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Link>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select()
    .from(links)
    .where(and(eq(links.pair, pair), inArray(ownId(side), [...ids])));
  return new Map(rows.map((link) => [(side === 'master' ? link.masterId : link.replicaId) ?? '', link]));
}

const isSeenWith = (side: Side) =>
  and(eq(sightings.pair, links.pair), eq(sightings.side, side), eq(sightings.recordId, ownId(side)));

const isVisited = (pair: string, side: Side) =>
  and(eq(links.pair, pair), inArray(links.state, ['linked', 'parked']), isNotNull(ownId(side)));

/** The linked records of a side that were not seen since, those that were never seen and then the longest unseen first. */
export async function longestUnseen(
  db: Database,
  pair: string,
  side: Side,
  { since, limit }: { readonly since: Date; readonly limit: number },
): Promise<readonly Link[]> {
  const rows = await db
    .select({ link: links })
    .from(links)
    .leftJoin(sightings, isSeenWith(side))
    .where(and(isVisited(pair, side), or(isNull(sightings.seenAt), lt(sightings.seenAt, since))))
    .orderBy(sql`${sightings.seenAt} asc nulls first`, asc(links.id))
    .limit(limit);
  return rows.map(({ link }) => link);
}

/** How well a side's linked records are known. */
export interface SightingSummary {
  readonly linked: number;
  /** Of them, never seen so far. */
  readonly neverSeen: number;
  /** When the one was seen that was unseen for the longest; null: none was. */
  readonly oldestAt: Date | null;
  /** When the first of those that were never seen was linked. */
  readonly waitingSince: Date | null;
}

export async function summaryOfSightings(db: Database, pair: string, side: Side): Promise<SightingSummary> {
  const [row] = await db
    .select({
      linked: sql<number>`count(*)`.mapWith(Number),
      neverSeen: sql<number>`count(*) filter (where ${sightings.seenAt} is null)`.mapWith(Number),
      oldestAt: sql`min(${sightings.seenAt})`.mapWith(sightings.seenAt),
      waitingSince: sql`min(${links.createdAt}) filter (where ${sightings.seenAt} is null)`.mapWith(links.createdAt),
    })
    .from(links)
    .leftJoin(sightings, isSeenWith(side))
    .where(isVisited(pair, side));
  return {
    linked: row?.linked ?? 0,
    neverSeen: row?.neverSeen ?? 0,
    oldestAt: row?.oldestAt ?? null,
    waitingSince: row?.waitingSince ?? null,
  };
}
