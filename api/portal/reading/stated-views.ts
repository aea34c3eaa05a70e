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
  view: ViewOf<Row, View>,
): Promise<(View & Written & StatedView)[]> {
  const [states, viewOf] = await Promise.all([deps.portal.store().syncStates.of(entity, rows), view]);
  return rows.map((row) => ({ ...viewOf(row), ...writtenOf(row), ...stated(states.get(row.id)) }));
}

/** How a row is seen, or what has to be read for it first: it is read together with the rest. */
type ViewOf<Row, View> = ((row: Row) => View) | Promise<(row: Row) => View>;

interface Asked {
  readonly deps: PortalDependencies;
  readonly caller: PortalCaller;
}

/** The same of records that users write: with who made them through the portal. */
export async function writtenViews<Row extends StatedRow, View extends object>(
  { deps, caller }: Asked,
  entity: WrittenEntity,
  rows: readonly Row[],
  view: ViewOf<Row, View>,
): Promise<(View & { readonly writtenBy: WrittenBy } & Written & StatedView)[]> {
  const authors = deps.portal.store().authors.of(
    entity,
    rows.map(({ id }) => id),
  );
  const withAuthor = Promise.all([authors, view]).then(([found, viewOf]) => (row: Row) => ({
    ...viewOf(row),
    writtenBy: writtenBy(caller, found.get(row.id)),
  }));
  return statedViews(deps, entity, rows, withAuthor);
}
