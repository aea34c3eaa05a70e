import { heldUntilOfRow } from '../../../store/portal/couples.ts';
import { syncStatesOf } from '../../../store/portal/sync-states.ts';
import type { PortalWrite, WrittenEntity } from '../../../store/portal/write-store.ts';
import type { OwnReceipt, Receipt } from './shapes.ts';

interface WrittenRow {
  readonly id: number;
  readonly version: number;
  readonly modifiedAt: Date;
}

export const ownReceiptOf = ({ id, version, modifiedAt }: WrittenRow): OwnReceipt => ({
  id: String(id),
  version: String(version),
  modifiedAt: modifiedAt.toISOString(),
});

/** How the row stands at this moment of the write. */
export async function receiptOf(
  { db }: PortalWrite,
  entity: WrittenEntity,
  row: WrittenRow & { readonly productiveId: string | null },
): Promise<Receipt> {
  const states = await syncStatesOf(db, entity, [row]);
  const sentFrom = await heldUntilOfRow(db, entity, row.id);
  return {
    ...ownReceiptOf(row),
    syncState: states.get(row.id)?.state ?? 'pending',
    sentFrom: sentFrom?.toISOString() ?? null,
  };
}
