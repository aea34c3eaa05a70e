import { z } from 'zod';
import type { SyncState } from '../../../store/portal/sync-states.ts';
import type { SyncedEntity } from '../../../store/portal/tables.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';

const time = z.iso.datetime();
const state = z.enum(['synced', 'pending', 'failed']);

/** How current one record is. */
export const syncShape = {
  syncState: state.describe('synced: as in Productive. pending: on its way. failed: somebody has to do something'),
  /** Why it failed, or what it waits for. */
  syncReason: z.string().nullable(),
  /** When it was last found or made equal with Productive's. */
  lastSyncedAt: time.nullable(),
};

/** How current an answer is: as its least current record. */
export const freshnessShape = z.object({
  syncState: state,
  /** The oldest of those that are shown; null: one of them was never equal, or there are none. */
  lastSyncedAt: time.nullable(),
  /** When the changes of this kind in Productive were last read to the end; null: they never were. */
  caughtUpAt: time.nullable(),
});
export type Freshness = z.infer<typeof freshnessShape>;

export interface StatedView {
  readonly productiveId: string | null;
  readonly syncState: SyncState['state'];
  readonly syncReason: string | null;
  readonly lastSyncedAt: string | null;
}

export const stated = ({ productiveId, state: syncState, reason, lastSyncedAt }: SyncState): StatedView => ({
  ...{ productiveId, syncState, syncReason: reason },
  lastSyncedAt: lastSyncedAt?.toISOString() ?? null,
});

const worstFirst = ['failed', 'pending', 'synced'] as const;

export async function freshnessOf(
  deps: PortalDependencies,
  entity: SyncedEntity,
  shown: readonly Pick<StatedView, 'syncState' | 'lastSyncedAt'>[],
): Promise<Freshness> {
  const caughtUpAt = await deps.portal.oftenAsked.caughtUpAt(entity);
  const states = new Set(shown.map(({ syncState }) => syncState));
  const [oldest = ''] = shown.map(({ lastSyncedAt }) => lastSyncedAt ?? '').sort();
  return {
    syncState: worstFirst.find((one) => states.has(one)) ?? 'synced',
    lastSyncedAt: oldest === '' ? null : oldest,
    caughtUpAt: caughtUpAt?.toISOString() ?? null,
  };
}
