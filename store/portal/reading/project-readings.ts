import { and, eq, getTableColumns, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../../database.ts';
import { coupleColumn, type WithCouple } from '../couple-column.ts';
import { type Viewer, visibleCompanies, visibleProjects, visibleTasks } from '../viewer.ts';
import { portalCompanies, portalProjects, portalTasks } from '../work-tables.ts';
import { behind, keyOf, orderOf, pageFrom, type PageWish, type RowPage } from './keyset.ts';
import { byText, byTime } from './sort-keys.ts';

export type NamedProject = typeof portalProjects.$inferSelect;
export interface ProjectRow extends NamedProject, WithCouple {
  /** As far as the viewer may see them. */
  readonly tasks: TaskCounts;
}
export type NamedCompany = typeof portalCompanies.$inferSelect;
export type CompanyRow = NamedCompany & WithCouple;

const taskCounts = z.object({ open: z.number(), closed: z.number() });
export type TaskCounts = z.infer<typeof taskCounts>;

export const projectSorts = {
  name: byText(portalProjects.name),
  lastActivityAt: byTime(portalProjects.lastActivityAt),
  createdAt: byTime(portalProjects.createdAt),
};

export const companySorts = {
  name: byText(portalCompanies.name),
  lastActivityAt: byTime(portalCompanies.lastActivityAt),
};

export interface ProjectFilter {
  readonly companyId?: number | undefined;
  readonly projectManagerId?: number | undefined;
  readonly archived?: boolean | undefined;
  readonly productiveId?: string | undefined;
}

export interface CompanyFilter {
  readonly archived?: boolean | undefined;
  readonly productiveId?: string | undefined;
}

export class ProjectReadings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async page(viewer: Viewer, filter: ProjectFilter, wish: PageWish): Promise<RowPage<ProjectRow>> {
    const rows = await this.#db
      .select({ ...this.#columns(viewer), sortKey: keyOf(wish) })
      .from(portalProjects)
      .where(and(visibleProjects(viewer), ...projectConditions(filter), behind(wish, portalProjects.id)))
      .orderBy(...orderOf(wish, portalProjects.id))
      .limit(wish.limit + 1);
    return pageFrom(rows, wish);
  }

  async find(viewer: Viewer, id: number): Promise<ProjectRow | null> {
    const [row] = await this.#db
      .select(this.#columns(viewer))
      .from(portalProjects)
      .where(and(eq(portalProjects.id, id), visibleProjects(viewer)));
    return row ?? null;
  }

  /** Tasks are counted project by project: together they may be all that there are. */
  #columns(viewer: Viewer) {
    const counted = sql`json_build_object('open', count(*) filter (where ${portalTasks.closed} is not true),
      'closed', count(*) filter (where ${portalTasks.closed}))`;
    const isSeen = and(eq(portalTasks.projectId, portalProjects.id), visibleTasks(this.#db, viewer));
    return {
      ...getTableColumns(portalProjects),
      couple: coupleColumn('projects'),
      tasks: sql`(${sql`select ${counted} from ${portalTasks} where ${isSeen}`})`.mapWith((value: unknown) =>
        taskCounts.parse(value),
      ),
    };
  }
}

const companyColumns = {
  ...getTableColumns(portalCompanies),
  couple: coupleColumn('companies'),
};

export class CompanyReadings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async page(viewer: Viewer, filter: CompanyFilter, wish: PageWish): Promise<RowPage<CompanyRow>> {
    const { archived, productiveId } = filter;
    const conditions = [isArchived(portalCompanies, archived), isProductives(portalCompanies, productiveId)];
    const rows = await this.#db
      .select({ ...companyColumns, sortKey: keyOf(wish) })
      .from(portalCompanies)
      .where(and(visibleCompanies(viewer), ...conditions, behind(wish, portalCompanies.id)))
      .orderBy(...orderOf(wish, portalCompanies.id))
      .limit(wish.limit + 1);
    return pageFrom(rows, wish);
  }

  async find(viewer: Viewer, id: number): Promise<CompanyRow | null> {
    const [row] = await this.#db
      .select(companyColumns)
      .from(portalCompanies)
      .where(and(eq(portalCompanies.id, id), visibleCompanies(viewer)));
    return row ?? null;
  }
}

const projectConditions = (filter: ProjectFilter): readonly (SQL | undefined)[] => [
  filter.companyId === undefined ? undefined : eq(portalProjects.companyId, filter.companyId),
  filter.projectManagerId === undefined ? undefined : eq(portalProjects.projectManagerId, filter.projectManagerId),
  isArchived(portalProjects, filter.archived),
  isProductives(portalProjects, filter.productiveId),
];

type Archivable = typeof portalProjects | typeof portalCompanies;

const isArchived = ({ archivedAt }: Archivable, wanted: boolean | undefined): SQL | undefined =>
  wanted === undefined ? undefined : wanted ? isNotNull(archivedAt) : isNull(archivedAt);

const isProductives = (table: Archivable, id: string | undefined): SQL | undefined =>
  id === undefined ? undefined : eq(table.productiveId, id);
