import { builtOnce, type SlotValues } from '../../built-once.ts';
import { type AnyViewer, anyViewer, type Viewer, viewerKey, viewerValues } from '../viewer.ts';
import { type AnyPage, anyPage, pageFrom, pageKey, pageValues, type PageWish, type RowPage } from './keyset.ts';

type Filter = Readonly<Record<string, string | number | boolean | undefined>>;

/** What the statement of a list is built for: one for all viewers of a role, all pages, and all values of a filter. */
export interface ListShape {
  readonly viewer: AnyViewer;
  /** By the filter's names: true for a value that is given by a slot of that name; what is true or false is that itself. */
  readonly filter: Readonly<Record<string, boolean>>;
  readonly page: AnyPage;
}

const listShape = (viewer: Viewer, filter: Filter, wish: PageWish): ListShape => ({
  viewer: anyViewer(viewer),
  filter: Object.fromEntries(
    Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [[name, value !== false]])),
  ),
  page: anyPage(wish),
});

/** Tells lists of a table apart for which other statements are built. */
const listKey = ({ viewer, filter, page }: ListShape): string =>
  `${viewer.role} ${pageKey(page)} ${JSON.stringify(filter)}`;

/** What the statement of a list is given. */
const listValues = (viewer: Viewer, filter: Filter, wish: PageWish): SlotValues => ({
  ...filter,
  ...viewerValues(viewer),
  ...pageValues(wish),
});

interface Statement<Row> {
  execute(values: SlotValues): Promise<readonly Row[]>;
}

/** Reads pages of a list, by statements that are built once for each shape. */
export function pagesBy<Row extends { readonly id: number; readonly sortKey: string }>(
  build: (shape: ListShape) => Statement<Row>,
) {
  const statementOf = builtOnce(build, listKey);
  return async (viewer: Viewer, filter: Filter, wish: PageWish): Promise<RowPage<Row>> => {
    const statement = statementOf(listShape(viewer, filter, wish));
    return pageFrom(await statement.execute(listValues(viewer, filter, wish)), wish);
  };
}

/** Reads one record by its id, which the statement takes as `id`; null: it is not there for this viewer. */
export function oneBy<Row>(build: (viewer: AnyViewer) => Statement<Row>) {
  const statementOf = builtOnce(build, viewerKey);
  return async (viewer: Viewer, id: number): Promise<Row | null> => {
    const [row] = await statementOf(anyViewer(viewer)).execute({ id, ...viewerValues(viewer) });
    return row ?? null;
  };
}
