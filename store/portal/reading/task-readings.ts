import { and, eq, getTableColumns, inArray, lte, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { slot, unnamed } from '../../built-once.ts';
import type { Database } from '../../database.ts';
import { partedStates } from '../../reference-waits.ts';
import { links } from '../../schema.ts';
import { coupleColumn, type WithCouple } from '../couple-column.ts';
import { type AnyViewer, type Viewer, visibleTasks } from '../viewer.ts';
import { portalProjects, portalTasks } from '../work-tables.ts';
import { authorColumn, type WithAuthor } from './author-column.ts';
import { behind, keyOf, orderOf, type PageWish, type RowPage, rowsAtMost } from './keyset.ts';
import { type ListShape, oneBy, pagesBy } from './list-shape.ts';
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
export type TaskFilter = Readonly<{
  projectId?: number | undefined;
  companyId?: number | undefined;
  taskListId?: number | undefined;
  assigneeId?: number | undefined;
  creatorId?: number | undefined;
  parentTaskId?: number | undefined;
  workflowStatusId?: number | undefined;
  closed?: boolean | undefined;
  /** YYYY-MM-DD. */
  dueUntil?: string | undefined;
  productiveId?: string | undefined;
  /** Refused by Productive, given up, or not there any more. */
  failed?: true | undefined;
}>;

export class TaskReadings {
  readonly #db: Database;
  readonly #page = pagesBy((shape) => this.#pageIn(shape));
  readonly #one = oneBy((viewer) => this.#oneFor(viewer));

  constructor(db: Database) {
    this.#db = db;
  }

  page(viewer: Viewer, filter: TaskFilter, wish: PageWish): Promise<RowPage<ListedTask>> {
    return this.#page(viewer, filter, wish);
  }

  find(viewer: Viewer, id: number): Promise<TaskRow | null> {
    return this.#one(viewer, id);
  }

  async isVisible(viewer: Viewer, id: number): Promise<boolean> {
    const isSeen = and(eq(portalTasks.id, id), visibleTasks(this.#db, viewer));
    return (await this.#db.$count(portalTasks, isSeen)) > 0;
  }

  #pageIn({ viewer, filter, page }: ListShape) {
    const { description: _description, customFields: _customFields, ...listed } = getTableColumns(portalTasks);
    const isSeen = and(visibleTasks(this.#db, viewer), this.#isBelowSeen(viewer, filter));
    return this.#db
      .select({ ...listed, ...this.#seenColumns(viewer), sortKey: keyOf(page) })
      .from(portalTasks)
      .where(and(isSeen, ...this.#conditions(filter), behind(page, portalTasks.id)))
      .orderBy(...orderOf(page, portalTasks.id))
      .limit(rowsAtMost)
      .prepare(unnamed);
  }

  #oneFor(viewer: AnyViewer) {
    return this.#db
      .select({ ...getTableColumns(portalTasks), ...this.#seenColumns(viewer) })
      .from(portalTasks)
      .where(and(eq(portalTasks.id, slot('id')), visibleTasks(this.#db, viewer)))
      .prepare(unnamed);
  }

  #seenColumns(viewer: AnyViewer) {
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
  #isBelowSeen(viewer: AnyViewer, { parentTaskId }: ListShape['filter']): SQL | undefined {
    if (viewer.role === 'admin' || parentTaskId === undefined) return undefined;
    const parents = this.#db
      .select({ id: portalTasks.id })
      .from(portalTasks)
      .where(and(eq(portalTasks.id, slot('parentTaskId')), visibleTasks(this.#db, viewer)));
    return inArray(portalTasks.parentTaskId, parents);
  }

  #conditions(filter: ListShape['filter']): readonly (SQL | undefined)[] {
    const { companyId, closed, dueUntil, productiveId, failed } = filter;
    const isOfCompany = eq(portalProjects.companyId, slot('companyId'));
    const ofCompany = this.#db.select({ id: portalProjects.id }).from(portalProjects).where(isOfCompany);
    return [
      ...references.map((name) => (filter[name] === undefined ? undefined : eq(portalTasks[name], slot(name)))),
      companyId === undefined ? undefined : inArray(portalTasks.projectId, ofCompany),
      closed === undefined ? undefined : sql`${portalTasks.closed} is ${closed ? sql`true` : sql`not true`}`,
      dueUntil === undefined ? undefined : lte(portalTasks.dueDate, slot('dueUntil')),
      productiveId === undefined ? undefined : eq(portalTasks.productiveId, slot('productiveId')),
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
