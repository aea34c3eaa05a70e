import { and, eq, getTableColumns, inArray, lte, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Database } from '../../database.ts';
import { partedStates } from '../../reference-waits.ts';
import { links } from '../../schema.ts';
import { coupleColumn, type WithCouple } from '../couple-column.ts';
import { type Viewer, visibleTasks } from '../viewer.ts';
import { portalProjects, portalTasks } from '../work-tables.ts';
import { authorColumn, type WithAuthor } from './author-column.ts';
import { behind, keyOf, orderOf, pageFrom, type PageWish, type RowPage } from './keyset.ts';
import { byDate, byTime } from './sort-keys.ts';

interface SeenTask extends WithCouple, WithAuthor {
  /** A public task may stand below a private one. */
  readonly isParentVisible: boolean;
}
export type TaskRow = typeof portalTasks.$inferSelect & SeenTask;
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
      .select({ ...listed, ...this.#seenColumns(viewer), sortKey: keyOf(wish) })
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
      .select({ ...getTableColumns(portalTasks), ...this.#seenColumns(viewer) })
      .from(portalTasks)
      .where(and(eq(portalTasks.id, id), visibleTasks(this.#db, viewer)));
    return row ?? null;
  }

  async isVisible(viewer: Viewer, id: number): Promise<boolean> {
    const isSeen = and(eq(portalTasks.id, id), visibleTasks(this.#db, viewer));
    return (await this.#db.$count(portalTasks, isSeen)) > 0;
  }

  #seenColumns(viewer: Viewer) {
    const seen = this.#db
      .select({ isSeen: sql`true` })
      .from(parent)
      .where(and(eq(parent.id, portalTasks.parentTaskId), visibleTasks(this.#db, viewer, parent)));
    return {
      couple: coupleColumn('tasks'),
      author: authorColumn('tasks'),
      // Not by "exists": for that all parents there are may be read first.
      isParentVisible: sql<boolean>`coalesce(${seen}, false)`,
    };
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

const parent = alias(portalTasks, 'parent');
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
