import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { hints, links, type LinkState, type StoredFailure } from '../schema.ts';
import type { SyncedEntity } from './tables.ts';

/**
 * How a row of the portal stands to Productive. `synced`: as agreed. `pending`: on its way, or about to be looked at.
 * `failed`: refused, or given up; nothing happens by itself any more.
 */
export type SyncStateName = 'synced' | 'pending' | 'failed';

export interface SyncState {
  readonly state: SyncStateName;
  /** Why it failed, or what a pending one waits for, in words; null where there is nothing to tell. */
  readonly reason: string | null;
  /** When both sides were last found or made equal; null: never yet. */
  readonly lastSyncedAt: Date | null;
  /** The id of the record in Productive; null: it has none yet. */
  readonly productiveId: string | null;
}

export interface StatedRow {
  readonly id: number;
  readonly version: number;
  readonly modifiedAt: Date;
  readonly productiveId: string | null;
}

/** Nothing is stored for it: it follows from what passes know of the couples. */
export class SyncStates {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** By the row's id. One query. @param entity also the name of the pair */
  async of(entity: SyncedEntity, rows: readonly StatedRow[]): Promise<ReadonlyMap<number, SyncState>> {
    if (rows.length === 0) return new Map();
    const found = await this.#couples(
      entity,
      rows.map(({ id }) => String(id)),
    );
    const couples = new Map(found.map((couple) => [couple.replicaId, couple]));
    return new Map(rows.map((row) => [row.id, stateOf(row, couples.get(String(row.id)))]));
  }

  /** But for a second look that is booked in case an earlier write arrives late: nobody waits for that. */
  #hintsOfRow(): SQL {
    return sql`select 1 from ${hints} where ${hints.pair} = ${links.pair}
      and ${hints.side} = 'replica' and ${hints.recordId} = ${links.replicaId} and ${hints.trigger} <> 'look_again'`;
  }

  #couples(pair: string, ids: string[]): Promise<readonly (Couple & { readonly replicaId: string | null })[]> {
    return this.#db
      .select({
        replicaId: links.replicaId,
        masterId: links.masterId,
        state: links.state,
        failure: links.failure,
        versionReplica: links.versionReplica,
        syncedAt: links.syncedAt,
        updatedAt: links.updatedAt,
        isHinted: sql<boolean>`exists (${this.#hintsOfRow()})`,
        isAskedAnew: sql<boolean>`exists (${this.#hintsOfRow()} and ${hints.trigger} <> 'retry')`,
      })
      .from(links)
      .where(and(eq(links.pair, pair), inArray(links.replicaId, ids)));
  }
}

/** What is known of one couple. */
interface Couple {
  readonly masterId: string | null;
  readonly state: LinkState;
  readonly failure: StoredFailure | null;
  readonly versionReplica: string | null;
  readonly syncedAt: Date | null;
  readonly updatedAt: Date;
  readonly isHinted: boolean;
  /** By somebody else than a pass that has failed: the row was changed since, or a person wants another try. */
  readonly isAskedAnew: boolean;
}

function stateOf(row: StatedRow, couple: Couple | undefined): SyncState {
  const productiveId = couple?.masterId ?? row.productiveId;
  const known = { lastSyncedAt: couple?.syncedAt ?? null, productiveId, reason: couple?.failure?.message ?? null };
  if (couple === undefined) return { ...known, state: 'pending' };
  if (couple.state === 'parked' && !couple.isAskedAnew) return { ...known, state: 'failed' };
  return { ...known, state: isOnItsWay(row, couple) ? 'pending' : 'synced' };
}

/**
 * A failure that is not parked is tried again by itself. Another version alone tells nothing if a pass has ended since: it may
 * have found that the row shows what was agreed.
 */
const isOnItsWay = ({ version, modifiedAt }: StatedRow, couple: Couple): boolean =>
  couple.isHinted ||
  couple.failure !== null ||
  couple.state === 'new' ||
  (couple.versionReplica !== String(version) && modifiedAt > couple.updatedAt);
