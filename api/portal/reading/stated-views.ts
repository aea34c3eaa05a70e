import type { WithCouple } from '../../../store/portal/couple-column.ts';
import type { WithAuthor } from '../../../store/portal/reading/author-column.ts';
import { type StatedRow, syncStateOf } from '../../../store/portal/sync-states.ts';
import type { PortalCaller } from '../caller.ts';
import { stated } from './freshness.ts';
import { writtenOf } from './record-views.ts';
import { writtenBy } from './written-by.ts';

/** A row as it is seen, with its version and how current it is. */
export const statedView = <View extends object>(row: StatedRow & WithCouple, view: View) => ({
  ...view,
  ...writtenOf(row),
  ...stated(syncStateOf(row, row.couple)),
});

/** The same of a record that users write: with who made it through the portal. */
export const writtenView = <View extends object>(
  caller: PortalCaller,
  row: StatedRow & WithCouple & WithAuthor,
  view: View,
) => ({ ...statedView(row, view), writtenBy: writtenBy(caller, row.author) });
