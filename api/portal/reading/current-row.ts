import type { WithCouple } from '../../../store/portal/couple-column.ts';
import { type StatedRow, syncStateOf } from '../../../store/portal/sync-states.ts';
import type { Currency, LookedAtEntity } from './currency.ts';

interface Reading {
  readonly currency: Currency;
  readonly entity: LookedAtEntity;
}

/** The row, looked at in Productive before where the rules want that. Null: it is not there (any more). */
export async function currentRow<Row extends StatedRow & WithCouple>(
  { currency, entity }: Reading,
  find: () => Promise<Row | null>,
): Promise<Row | null> {
  const row = await find();
  if (row === null || !currency.watches(entity)) return row;
  const { productiveId, lastSyncedAt } = syncStateOf(row, row.couple);
  if (productiveId === null) return row;
  return (await currency.lookedAt({ entity, productiveId, lastSyncedAt })) ? find() : row;
}
