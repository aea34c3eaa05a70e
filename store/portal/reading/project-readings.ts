import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { slot, unnamed } from '../../built-once.ts';
import type { Database } from '../../database.ts';
import { coupleColumn, type WithCouple } from '../couple-column.ts';
import { type AnyViewer, type Viewer, visibleProjects, visibleTasks } from '../viewer.ts';
import { portalProjects, portalTasks } from '../work-tables.ts';
import { behind, keyOf, orderOf, type PageWish, type RowPage, rowsAtMost } from './keyset.ts';
import { isArchived, isProductives } from './archivable.ts';
import { type ListShape, oneBy, pagesBy } from './list-shape.ts';
import { byText, byTime } from './sort-keys.ts';

export type NamedProject = typeof portalProjects.$inferSelect;
export interface ProjectRow extends NamedProject, WithCouple {
  /** As far as the viewer may see them. */
  readonly tasks: TaskCounts;
}

const taskCounts = z.object({ open: z.number(), closed: z.number() });
export type TaskCounts = z.infer<typeof taskCounts>;

export const projectSorts = {
  name: byText(portalProjects.name),
  lastActivityAt: byTime(portalProjects.lastActivityAt),
  createdAt: byTime(portalProjects.createdAt),
};

export type ProjectFilter = Readonly<{
  companyId?: number | undefined;
  projectManagerId?: number | undefined;
  archived?: boolean | undefined;
  productiveId?: string | undefined;
}>;

export class ProjectReadings {
  readonly #db: Database;
  readonly #page = pagesBy((shape) => this.#pageIn(shape));
  readonly #one = oneBy((viewer) => this.#oneFor(viewer));

  constructor(db: Database) {
    this.#db = db;
  }

  page(viewer: Viewer, filter: ProjectFilter, wish: PageWish): Promise<RowPage<ProjectRow>> {
    return this.#page(viewer, filter, wish);
  }

  find(viewer: Viewer, id: number): Promise<ProjectRow | null> {
    return this.#one(viewer, id);
  }

  #pageIn({ viewer, filter, page }: ListShape) {
    return this.#db
      .select({ ...this.#columns(viewer), sortKey: keyOf(page) })
      .from(portalProjects)
      .where(and(visibleProjects(viewer), ...projectConditions(filter), behind(page, portalProjects.id)))
      .orderBy(...orderOf(page, portalProjects.id))
      .limit(rowsAtMost)
      .prepare(unnamed);
  }

  #oneFor(viewer: AnyViewer) {
    return this.#db
      .select(this.#columns(viewer))
      .from(portalProjects)
      .where(and(eq(portalProjects.id, slot('id')), visibleProjects(viewer)))
      .prepare(unnamed);
  }

  /** Tasks are counted project by project: together they may be all that there are. */
  #columns(viewer: AnyViewer) {
    // The same expression twice is counted once.
    const closed = sql`count(*) filter (where ${portalTasks.closed})`;
    const counted = sql`json_build_object('open', count(*) - ${closed}, 'closed', ${closed})`;
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

const projectConditions = (filter: ListShape['filter']): readonly (SQL | undefined)[] => [
  ...(['companyId', 'projectManagerId'] as const).map((name) =>
    filter[name] === undefined ? undefined : eq(portalProjects[name], slot(name)),
  ),
  isArchived(portalProjects, filter),
  isProductives(portalProjects, filter),
];
