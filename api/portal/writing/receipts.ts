import type { PortalWrite, WrittenEntity } from '../../../store/portal/write-store.ts';
import { coupleOfRow, syncOf } from '../../../store/portal/couples.ts';
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
export async function receiptOf({ db }: PortalWrite, entity: WrittenEntity, row: WrittenRow): Promise<Receipt> {
  const { state, heldUntil } = syncOf(await coupleOfRow(db, entity, row.id), row.version);
  return { ...ownReceiptOf(row), syncState: state, sentFrom: heldUntil?.toISOString() ?? null };
}
