import { and, eq, getTableColumns, inArray, isNull, type SQL } from 'drizzle-orm';
import { builtOnce, slot, unnamed } from '../../built-once.ts';
import type { Database } from '../../database.ts';
import { portalDocuments, portalServiceOverviews } from '../own-tables.ts';
import { coupleColumn, type WithCouple } from '../couple-column.ts';
import {
  type AnyViewer,
  anyViewer,
  type Viewer,
  viewerKey,
  viewerValues,
  visibleProjects,
  visibleTaskLists,
} from '../viewer.ts';
import { portalProjects, portalTaskLists, portalWorkflowStatuses } from '../work-tables.ts';
import { behind, keyOf, orderOf, pageFrom, type PageWish, type RowPage, rowsAtMost } from './keyset.ts';
import { listKey, type ListShape, listShape, listValues } from './list-shape.ts';
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
  readonly #taskLists = builtOnce((shape: ListShape) => this.#taskListsIn(shape), listKey);
  readonly #workflowStatuses = builtOnce((shape: ListShape) => this.#workflowStatusesIn(shape), listKey);
  readonly #ownPages = ofEach((pages) => builtOnce((shape: ListShape) => this.#ownPagesIn(pages, shape), listKey));
  readonly #ownPage = ofEach((pages) => builtOnce((viewer: AnyViewer) => this.#ownPageFor(pages, viewer), viewerKey));

  constructor(db: Database) {
    this.#db = db;
  }

  async taskLists(viewer: Viewer, projectId: number | undefined, wish: PageWish): Promise<RowPage<TaskListRow>> {
    const statement = this.#taskLists(listShape(viewer, { projectId }, wish));
    return pageFrom(await statement.execute(listValues(viewer, { projectId }, wish)), wish);
  }

  /** They belong to nobody. */
  async workflowStatuses(viewer: Viewer, wish: PageWish): Promise<RowPage<WorkflowStatusRow>> {
    const statement = this.#workflowStatuses(listShape(viewer, {}, wish));
    return pageFrom(await statement.execute(listValues(viewer, {}, wish)), wish);
  }

  async ownPages(pages: OwnPages, viewer: Viewer, projectId: number | undefined, wish: PageWish) {
    const statement = this.#ownPages[pages](listShape(viewer, { projectId }, wish));
    return pageFrom(await statement.execute(listValues(viewer, { projectId }, wish)), wish);
  }

  async ownPage(pages: OwnPages, viewer: Viewer, id: number): Promise<OwnPageRow | null> {
    const [row] = await this.#ownPage[pages](anyViewer(viewer)).execute({ id, ...viewerValues(viewer) });
    return row ?? null;
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
