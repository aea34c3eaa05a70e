import { and, eq, getTableColumns, isNotNull, isNull, sql } from 'drizzle-orm';
import { slot, unnamed } from '../../built-once.ts';
import type { Database } from '../../database.ts';
import { coupleColumn, type WithCouple } from '../couple-column.ts';
import { type AnyViewer, isSettledIn, type Viewer, visiblePeople } from '../viewer.ts';
import { portalPeople } from '../work-tables.ts';
import { behind, keyOf, orderOf, type PageWish, type RowPage, rowsAtMost } from './keyset.ts';
import { type ListShape, oneBy, pagesBy } from './list-shape.ts';
import { byText } from './sort-keys.ts';

/** Whether the company of a row is still the person's is not sure while another one is waited for. */
export type NamedPerson = typeof portalPeople.$inferSelect & { readonly isSettled: boolean };
export type PersonRow = NamedPerson & WithCouple;

export const personColumns = {
  ...getTableColumns(portalPeople),
  isSettled: sql<boolean>`(${isSettledIn('people', portalPeople.id, 'company')})`,
};

const readColumns = { ...personColumns, couple: coupleColumn('people') };

export const peopleSorts = { lastName: byText(portalPeople.lastName), firstName: byText(portalPeople.firstName) };

/** A type: an interface could have names that are no filters. */
export type PeopleFilter = Readonly<{ companyId?: number | undefined; archived?: boolean | undefined }>;

export class PeopleReadings {
  readonly #db: Database;
  readonly #page = pagesBy((shape) => this.#pageIn(shape));
  readonly #one = oneBy((viewer) => this.#oneFor(viewer));

  constructor(db: Database) {
    this.#db = db;
  }

  page(viewer: Viewer, filter: PeopleFilter, wish: PageWish): Promise<RowPage<PersonRow>> {
    return this.#page(viewer, filter, wish);
  }

  find(viewer: Viewer, id: number): Promise<PersonRow | null> {
    return this.#one(viewer, id);
  }

  #pageIn({ viewer, filter: { companyId, archived }, page }: ListShape) {
    const { archivedAt } = portalPeople;
    const conditions = [
      companyId === undefined ? undefined : eq(portalPeople.companyId, slot('companyId')),
      archived === undefined ? undefined : archived ? isNotNull(archivedAt) : isNull(archivedAt),
    ];
    return this.#db
      .select({ ...readColumns, sortKey: keyOf(page) })
      .from(portalPeople)
      .where(and(visiblePeople(this.#db, viewer), ...conditions, behind(page, portalPeople.id)))
      .orderBy(...orderOf(page, portalPeople.id))
      .limit(rowsAtMost)
      .prepare(unnamed);
  }

  #oneFor(viewer: AnyViewer) {
    return this.#db
      .select(readColumns)
      .from(portalPeople)
      .where(and(eq(portalPeople.id, slot('id')), visiblePeople(this.#db, viewer)))
      .prepare(unnamed);
  }
}
