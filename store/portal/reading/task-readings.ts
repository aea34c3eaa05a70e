import { and, eq, getTableColumns, inArray, lte, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../../database.ts';
import { partedStates } from '../../reference-waits.ts';
import { links } from '../../schema.ts';
import { type Viewer, visibleTasks } from '../viewer.ts';
import { portalProjects, portalTasks } from '../work-tables.ts';
import { behind, keyOf, orderOf, pageFrom, type PageWish, type RowPage } from './keyset.ts';
import { byDate, byTime } from './sort-keys.ts';

export type TaskRow = typeof portalTasks.$inferSelect;
/** Lists leave out what may be long. */
export type ListedTask = Omit<TaskRow, 'description' | 'customFields'>;

export const taskSorts = {
  lastActivityAt: byTime(portalTasks.lastActivityAt),
  createdAt: byTime(portalTasks.createdAt),
  dueDate: byDate(portalTasks.dueDate),
};

/** All of them have to hold; one that is missing does not count. Ids are the portal's. */
export interface TaskFilter {
  readonly projectId?: number | undefined;
  readonly companyId?: number | undefined;
  readonly taskListId?: number | undefined;
  readonly assigneeId?: number | undefined;
  readonly creatorId?: number | undefined;
  readonly parentTaskId?: number | undefined;
  readonly workflowStatusId?: number | undefined;
  readonly closed?: boolean | undefined;
  /** YYYY-MM-DD. */
  readonly dueUntil?: string | undefined;
  readonly productiveId?: string | undefined;
  /** Refused by Productive, given up, or not there any more. */
  readonly failed?: true | undefined;
}

export class TaskReadings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async page(viewer: Viewer, filter: TaskFilter, wish: PageWish): Promise<RowPage<ListedTask>> {
    const { description: _description, customFields: _customFields, ...listed } = getTableColumns(portalTasks);
    const rows = await this.#db
      .select({ ...listed, sortKey: keyOf(wish) })
      .from(portalTasks)
      .where(
        and(
          visibleTasks(this.#db, viewer),
          ...this.#conditions(filter),
          this.#isBelowSeen(viewer, filter),
          behind(wish, portalTasks.id),
        ),
      )
      .orderBy(...orderOf(wish, portalTasks.id))
      .limit(wish.limit + 1);
    return pageFrom(rows, wish);
  }

  async find(viewer: Viewer, id: number): Promise<TaskRow | null> {
    const [row] = await this.#db
      .select()
      .from(portalTasks)
      .where(and(eq(portalTasks.id, id), visibleTasks(this.#db, viewer)));
    return row ?? null;
  }

  /** Those of the tasks that the viewer may see. */
  async visible(viewer: Viewer, ids: readonly number[]): Promise<ReadonlySet<number>> {
    if (ids.length === 0) return new Set();
    const rows = await this.#db
      .select({ id: portalTasks.id })
      .from(portalTasks)
      .where(and(inArray(portalTasks.id, [...ids]), visibleTasks(this.#db, viewer)));
    return new Set(rows.map(({ id }) => id));
  }

  /** How many tasks of each project are open and closed, as far as the viewer may see them. */
  async counts(viewer: Viewer, projectIds: readonly number[]): Promise<ReadonlyMap<number, TaskCounts>> {
    if (projectIds.length === 0) return new Map();
    // Project by project: together they may be all tasks that there are.
    const counts = this.#db
      .select({
        closed: sql<number>`(count(*) filter (where ${portalTasks.closed}))::int`.as('closed_tasks'),
        open: sql<number>`(count(*) filter (where ${portalTasks.closed} is not true))::int`.as('open_tasks'),
      })
      .from(portalTasks)
      .where(and(eq(portalTasks.projectId, portalProjects.id), visibleTasks(this.#db, viewer)))
      .as('counts');
    const rows = await this.#db
      .select({ id: portalProjects.id, open: counts.open, closed: counts.closed })
      .from(portalProjects)
      .crossJoinLateral(counts)
      .where(inArray(portalProjects.id, [...projectIds]));
    return new Map(rows.map(({ id, ...counted }) => [id, counted]));
  }

  /** What is below a task is told only to whoever sees that one too: else its id would tell that it is there. */
  #isBelowSeen(viewer: Viewer, { parentTaskId }: TaskFilter): SQL | undefined {
    if (viewer.role === 'admin' || parentTaskId === undefined) return undefined;
    const parents = this.#db
      .select({ id: portalTasks.id })
      .from(portalTasks)
      .where(and(eq(portalTasks.id, parentTaskId), visibleTasks(this.#db, viewer)));
    return inArray(portalTasks.parentTaskId, parents);
  }

  #conditions(filter: TaskFilter): readonly (SQL | undefined)[] {
    const { companyId, closed, dueUntil, productiveId, failed } = filter;
    const ofCompany = (id: number) =>
      this.#db.select({ id: portalProjects.id }).from(portalProjects).where(eq(portalProjects.companyId, id));
    return [
      ...references.map((name) => (filter[name] === undefined ? undefined : eq(portalTasks[name], filter[name]))),
      companyId === undefined ? undefined : inArray(portalTasks.projectId, ofCompany(companyId)),
      closed === undefined ? undefined : sql`${portalTasks.closed} is ${closed ? sql`true` : sql`not true`}`,
      dueUntil === undefined ? undefined : lte(portalTasks.dueDate, dueUntil),
      productiveId === undefined ? undefined : eq(portalTasks.productiveId, productiveId),
      failed === undefined ? undefined : inArray(portalTasks.id, failedTasks(this.#db)),
    ];
  }
}

export interface TaskCounts {
  readonly open: number;
  readonly closed: number;
}

const references = ['projectId', 'taskListId', 'assigneeId', 'creatorId', 'parentTaskId', 'workflowStatusId'] as const;

const failedTasks = (db: Database) =>
  db
    .select({ id: sql<number>`${links.replicaId}::bigint` })
    .from(links)
    .where(
      and(
        eq(links.pair, 'tasks'),
        inArray(links.state, ['parked', ...partedStates]),
        sql`${links.replicaId} is not null`,
      ),
    );
