import { and, eq, getTableColumns, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Database } from '../../database.ts';
import { coupleColumn, type WithCouple } from '../couple-column.ts';
import { isSettledIn, type Viewer, visiblePeople } from '../viewer.ts';
import { portalPeople } from '../work-tables.ts';
import { behind, keyOf, orderOf, pageFrom, type PageWish, type RowPage } from './keyset.ts';
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

export interface PeopleFilter {
  readonly companyId?: number | undefined;
  readonly archived?: boolean | undefined;
}

export class PeopleReadings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async page(viewer: Viewer, { companyId, archived }: PeopleFilter, wish: PageWish): Promise<RowPage<PersonRow>> {
    const { archivedAt } = portalPeople;
    const conditions = [
      companyId === undefined ? undefined : eq(portalPeople.companyId, companyId),
      archived === undefined ? undefined : archived ? isNotNull(archivedAt) : isNull(archivedAt),
    ];
    const rows = await this.#db
      .select({ ...readColumns, sortKey: keyOf(wish) })
      .from(portalPeople)
      .where(and(visiblePeople(this.#db, viewer), ...conditions, behind(wish, portalPeople.id)))
      .orderBy(...orderOf(wish, portalPeople.id))
      .limit(wish.limit + 1);
    return pageFrom(rows, wish);
  }

  async find(viewer: Viewer, id: number): Promise<PersonRow | null> {
    const [row] = await this.#db
      .select(readColumns)
      .from(portalPeople)
      .where(and(eq(portalPeople.id, id), visiblePeople(this.#db, viewer)));
    return row ?? null;
  }
}
