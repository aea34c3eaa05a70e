import type { StatedRow } from '../../../store/portal/sync-states.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import type { Currency, LookedAtEntity } from './currency.ts';

interface Reading {
  readonly deps: PortalDependencies;
  readonly currency: Currency;
  readonly entity: LookedAtEntity;
}

/** The row, looked at in Productive before where the rules want that. Null: it is not there (any more). */
export async function currentRow<Row extends StatedRow>(
  { deps, currency, entity }: Reading,
  find: () => Promise<Row | null>,
): Promise<Row | null> {
  const row = await find();
  if (row === null || !currency.watches(entity)) return row;
  const state = (await deps.portal.store().syncStates.of(entity, [row])).get(row.id);
  const { productiveId = null, lastSyncedAt = null } = state ?? {};
  if (productiveId === null) return row;
  return (await currency.lookedAt({ entity, productiveId, lastSyncedAt })) ? find() : row;
}
