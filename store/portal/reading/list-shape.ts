import type { SlotValues } from '../../built-once.ts';
import { type AnyViewer, anyViewer, type Viewer, viewerValues } from '../viewer.ts';
import { type AnyPage, anyPage, pageKey, pageValues, type PageWish } from './keyset.ts';

type Filter = Readonly<Record<string, string | number | boolean | undefined>>;

/** What the statement of a list is built for: one for all viewers of a role, all pages, and all values of a filter. */
export interface ListShape {
  readonly viewer: AnyViewer;
  /** By the filter's names: true for a value that is given by a slot of that name; what is true or false is that itself. */
  readonly filter: Readonly<Record<string, boolean>>;
  readonly page: AnyPage;
}

export const listShape = (viewer: Viewer, filter: Filter, wish: PageWish): ListShape => ({
  viewer: anyViewer(viewer),
  filter: Object.fromEntries(
    Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [[name, value !== false]])),
  ),
  page: anyPage(wish),
});

/** Tells lists of a table apart for which other statements are built. */
export const listKey = ({ viewer, filter, page }: ListShape): string =>
  `${viewer.role} ${pageKey(page)} ${JSON.stringify(filter)}`;

/** What the statement of a list is given. */
export const listValues = (viewer: Viewer, filter: Filter, wish: PageWish): SlotValues => ({
  ...filter,
  ...viewerValues(viewer),
  ...pageValues(wish),
});
