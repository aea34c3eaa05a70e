import { and, eq, getTableColumns, inArray, isNull } from 'drizzle-orm';
import type { Database } from '../../database.ts';
import { portalDocuments, portalServiceOverviews } from '../own-tables.ts';
import { coupleColumn, type WithCouple } from '../couple-column.ts';
import { type Viewer, visibleProjects, visibleTaskLists } from '../viewer.ts';
import { portalProjects, portalTaskLists, portalWorkflowStatuses } from '../work-tables.ts';
import { behind, keyOf, orderOf, pageFrom, type PageWish, type RowPage } from './keyset.ts';
import { byNumber } from './sort-keys.ts';

export type NamedTaskList = typeof portalTaskLists.$inferSelect;
export type NamedWorkflowStatus = typeof portalWorkflowStatuses.$inferSelect;
export type TaskListRow = NamedTaskList & WithCouple;
export type WorkflowStatusRow = NamedWorkflowStatus & WithCouple;
export type OwnPageRow = typeof portalDocuments.$inferSelect;

export const taskListSorts = { placement: byNumber(portalTaskLists.placement) };
export const workflowStatusSorts = { position: byNumber(portalWorkflowStatuses.position) };

const ownPageTables = { service_overviews: portalServiceOverviews, documents: portalDocuments };
export type OwnPages = keyof typeof ownPageTables;
export const ownPageSort = (pages: OwnPages) => byNumber(ownPageTables[pages].position);

const taskListColumns = { ...getTableColumns(portalTaskLists), couple: coupleColumn('task_lists') };
const workflowStatusColumns = {
  ...getTableColumns(portalWorkflowStatuses),
  couple: coupleColumn('workflow_statuses'),
};

/** What tasks are sorted into, and the portal's own pages. */
export class StructureReadings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async taskLists(viewer: Viewer, projectId: number | undefined, wish: PageWish): Promise<RowPage<TaskListRow>> {
    const rows = await this.#db
      .select({ ...taskListColumns, sortKey: keyOf(wish) })
      .from(portalTaskLists)
      .where(
        and(
          visibleTaskLists(this.#db, viewer),
          projectId === undefined ? undefined : eq(portalTaskLists.projectId, projectId),
          behind(wish, portalTaskLists.id),
        ),
      )
      .orderBy(...orderOf(wish, portalTaskLists.id))
      .limit(wish.limit + 1);
    return pageFrom(rows, wish);
  }

  /** They belong to nobody. */
  async workflowStatuses(wish: PageWish): Promise<RowPage<WorkflowStatusRow>> {
    const rows = await this.#db
      .select({ ...workflowStatusColumns, sortKey: keyOf(wish) })
      .from(portalWorkflowStatuses)
      .where(and(isNull(portalWorkflowStatuses.deletedAt), behind(wish, portalWorkflowStatuses.id)))
      .orderBy(...orderOf(wish, portalWorkflowStatuses.id))
      .limit(wish.limit + 1);
    return pageFrom(rows, wish);
  }

  async ownPages(pages: OwnPages, viewer: Viewer, projectId: number | undefined, wish: PageWish) {
    const table = ownPageTables[pages];
    const ofProject = projectId === undefined ? undefined : eq(table.projectId, projectId);
    const rows = await this.#db
      .select({ ...getTableColumns(table), sortKey: keyOf(wish) })
      .from(table)
      .where(and(this.#visiblePages(pages, viewer), ofProject, behind(wish, table.id)))
      .orderBy(...orderOf(wish, table.id))
      .limit(wish.limit + 1);
    return pageFrom(rows, wish);
  }

  async ownPage(pages: OwnPages, viewer: Viewer, id: number): Promise<OwnPageRow | null> {
    const table = ownPageTables[pages];
    const [row] = await this.#db
      .select()
      .from(table)
      .where(and(eq(table.id, id), this.#visiblePages(pages, viewer)));
    return row ?? null;
  }

  #visiblePages(pages: OwnPages, viewer: Viewer) {
    const table = ownPageTables[pages];
    const forClients = [eq(table.private, false), inArray(table.projectId, this.#projects(viewer))];
    return and(isNull(table.deletedAt), ...(viewer.role === 'admin' ? [] : forClients));
  }

  #projects(viewer: Viewer) {
    return this.#db.select({ id: portalProjects.id }).from(portalProjects).where(visibleProjects(viewer));
  }
}
