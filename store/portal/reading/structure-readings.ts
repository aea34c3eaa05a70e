import { and, eq, getTableColumns, inArray, isNull, type SQL } from 'drizzle-orm';
import { slot, unnamed } from '../../built-once.ts';
import type { Database } from '../../database.ts';
import { portalDocuments, portalServiceOverviews } from '../own-tables.ts';
import { coupleColumn, type WithCouple } from '../couple-column.ts';
import { type AnyViewer, type Viewer, visibleProjects, visibleTaskLists } from '../viewer.ts';
import { portalProjects, portalTaskLists, portalWorkflowStatuses } from '../work-tables.ts';
import { behind, keyOf, orderOf, type PageWish, type RowPage, rowsAtMost } from './keyset.ts';
import { type ListShape, oneBy, pagesBy } from './list-shape.ts';
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

const ofEach = <Made>(make: (pages: OwnPages) => Made): Readonly<Record<OwnPages, Made>> => ({
  service_overviews: make('service_overviews'),
  documents: make('documents'),
});

/** What tasks are sorted into, and the portal's own pages. */
export class StructureReadings {
  readonly #db: Database;
  readonly #taskLists = pagesBy((shape) => this.#taskListsIn(shape));
  readonly #workflowStatuses = pagesBy((shape) => this.#workflowStatusesIn(shape));
  readonly #ownPages = ofEach((pages) => pagesBy((shape) => this.#ownPagesIn(pages, shape)));
  readonly #ownPage = ofEach((pages) => oneBy((viewer) => this.#ownPageFor(pages, viewer)));

  constructor(db: Database) {
    this.#db = db;
  }

  taskLists(viewer: Viewer, projectId: number | undefined, wish: PageWish): Promise<RowPage<TaskListRow>> {
    return this.#taskLists(viewer, { projectId }, wish);
  }

  /** They belong to nobody. */
  workflowStatuses(viewer: Viewer, wish: PageWish): Promise<RowPage<WorkflowStatusRow>> {
    return this.#workflowStatuses(viewer, {}, wish);
  }

  ownPages(pages: OwnPages, viewer: Viewer, projectId: number | undefined, wish: PageWish) {
    return this.#ownPages[pages](viewer, { projectId }, wish);
  }

  ownPage(pages: OwnPages, viewer: Viewer, id: number): Promise<OwnPageRow | null> {
    return this.#ownPage[pages](viewer, id);
  }

  #taskListsIn({ viewer, filter, page }: ListShape) {
    const isSeen = and(visibleTaskLists(this.#db, viewer), isOfProject(portalTaskLists, filter));
    return this.#db
      .select({ ...taskListColumns, sortKey: keyOf(page) })
      .from(portalTaskLists)
      .where(and(isSeen, behind(page, portalTaskLists.id)))
      .orderBy(...orderOf(page, portalTaskLists.id))
      .limit(rowsAtMost)
      .prepare(unnamed);
  }

  #workflowStatusesIn({ page }: ListShape) {
    return this.#db
      .select({ ...workflowStatusColumns, sortKey: keyOf(page) })
      .from(portalWorkflowStatuses)
      .where(and(isNull(portalWorkflowStatuses.deletedAt), behind(page, portalWorkflowStatuses.id)))
      .orderBy(...orderOf(page, portalWorkflowStatuses.id))
      .limit(rowsAtMost)
      .prepare(unnamed);
  }

  #ownPagesIn(pages: OwnPages, { viewer, filter, page }: ListShape) {
    const table = ownPageTables[pages];
    return this.#db
      .select({ ...getTableColumns(table), sortKey: keyOf(page) })
      .from(table)
      .where(and(this.#visiblePages(pages, viewer), isOfProject(table, filter), behind(page, table.id)))
      .orderBy(...orderOf(page, table.id))
      .limit(rowsAtMost)
      .prepare(unnamed);
  }

  #ownPageFor(pages: OwnPages, viewer: AnyViewer) {
    const table = ownPageTables[pages];
    return this.#db
      .select()
      .from(table)
      .where(and(eq(table.id, slot('id')), this.#visiblePages(pages, viewer)))
      .prepare(unnamed);
  }

  #visiblePages(pages: OwnPages, viewer: AnyViewer) {
    const table = ownPageTables[pages];
    const projects = this.#db.select({ id: portalProjects.id }).from(portalProjects).where(visibleProjects(viewer));
    const forClients = [eq(table.private, false), inArray(table.projectId, projects)];
    return and(isNull(table.deletedAt), ...(viewer.role === 'admin' ? [] : forClients));
  }
}

type OfProjects = typeof portalTaskLists | (typeof ownPageTables)[OwnPages];

const isOfProject = ({ projectId: column }: OfProjects, { projectId }: ListShape['filter']): SQL | undefined =>
  projectId === undefined ? undefined : eq(column, slot('projectId'));
