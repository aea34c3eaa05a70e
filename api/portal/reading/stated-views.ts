import type { StatedRow } from '../../../store/portal/sync-states.ts';
import type { SyncedEntity } from '../../../store/portal/tables.ts';
import type { WrittenEntity } from '../../../store/portal/write-store.ts';
import type { PortalCaller } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { type StatedView, stated } from './freshness.ts';
import { writtenOf } from './record-views.ts';
import { type WrittenBy, writtenBy } from './written-by.ts';

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

interface Asked {
  readonly deps: PortalDependencies;
  readonly caller: PortalCaller;
}

/** The same of records that users write: with who made them through the portal. */
export async function writtenViews<Row extends StatedRow, View extends object>(
  { deps, caller }: Asked,
  entity: WrittenEntity,
  rows: readonly Row[],
  view: (row: Row) => View,
): Promise<(View & { readonly writtenBy: WrittenBy } & Written & StatedView)[]> {
  const ids = rows.map(({ id }) => id);
  const authors = await deps.portal.store().authors.of(entity, ids);
  return statedViews(deps, entity, rows, (row) => ({
    ...view(row),
    writtenBy: writtenBy(caller, authors.get(row.id)),
  }));
}
