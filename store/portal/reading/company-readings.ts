import { and, eq, getTableColumns, type SQL } from 'drizzle-orm';
import { slot, unnamed } from '../../built-once.ts';
import type { Database } from '../../database.ts';
import { coupleColumn, type WithCouple } from '../couple-column.ts';
import { type AnyViewer, type Viewer, visibleCompanies } from '../viewer.ts';
import { portalCompanies } from '../work-tables.ts';
import { isArchived, isProductives } from './archivable.ts';
import { behind, keyOf, orderOf, type PageWish, type RowPage, rowsAtMost } from './keyset.ts';
import { type ListShape, oneBy, pagesBy } from './list-shape.ts';
import { byText, byTime } from './sort-keys.ts';

export type NamedCompany = typeof portalCompanies.$inferSelect;
export type CompanyRow = NamedCompany & WithCouple;

export const companySorts = {
  name: byText(portalCompanies.name),
  lastActivityAt: byTime(portalCompanies.lastActivityAt),
};

export type CompanyFilter = Readonly<{
  archived?: boolean | undefined;
  productiveId?: string | undefined;
}>;

const companyColumns = {
  ...getTableColumns(portalCompanies),
  couple: coupleColumn('companies'),
};

export class CompanyReadings {
  readonly #db: Database;
  readonly #page = pagesBy((shape) => this.#pageIn(shape));
  readonly #one = oneBy((viewer) => this.#oneFor(viewer));

  constructor(db: Database) {
    this.#db = db;
  }

  page(viewer: Viewer, filter: CompanyFilter, wish: PageWish): Promise<RowPage<CompanyRow>> {
    return this.#page(viewer, filter, wish);
  }

  find(viewer: Viewer, id: number): Promise<CompanyRow | null> {
    return this.#one(viewer, id);
  }

  #pageIn({ viewer, filter, page }: ListShape) {
    return this.#db
      .select({ ...companyColumns, sortKey: keyOf(page) })
      .from(portalCompanies)
      .where(and(visibleCompanies(viewer), ...companyConditions(filter), behind(page, portalCompanies.id)))
      .orderBy(...orderOf(page, portalCompanies.id))
      .limit(rowsAtMost)
      .prepare(unnamed);
  }

  #oneFor(viewer: AnyViewer) {
    return this.#db
      .select(companyColumns)
      .from(portalCompanies)
      .where(and(eq(portalCompanies.id, slot('id')), visibleCompanies(viewer)))
      .prepare(unnamed);
  }
}

const companyConditions = (filter: ListShape['filter']): readonly (SQL | undefined)[] => [
  isArchived(portalCompanies, filter),
  isProductives(portalCompanies, filter),
];
