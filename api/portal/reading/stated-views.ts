import type { StatedRow } from '../../../store/portal/sync-states.ts';
import type { SyncedEntity } from '../../../store/portal/tables.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { type StatedView, stated } from './freshness.ts';
import { writtenOf } from './record-views.ts';

type Written = ReturnType<typeof writtenOf>;

/** Each row as it is seen, with its version and how current it is. */
export async function statedViews<Row extends StatedRow, View extends object>(
  deps: PortalDependencies,
  entity: SyncedEntity,
  rows: readonly Row[],
  view: (row: Row) => View,
): Promise<(View & Written & StatedView)[]> {
  const states = await deps.portal.store().syncStates.of(entity, rows);
  return rows.map((row) => ({ ...view(row), ...writtenOf(row), ...stated(states.get(row.id)) }));
}
