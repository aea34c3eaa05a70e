import { and, eq, isNull } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { type Viewer, visiblePeople, visibleProjects, visibleTasks } from './viewer.ts';
import { portalPeople, portalProjects, portalTaskLists, portalTasks, portalWorkflowStatuses } from './work-tables.ts';

export type TaskRow = typeof portalTasks.$inferSelect;
export type NewTask = Omit<typeof portalTasks.$inferInsert, 'version' | 'modifiedAt' | 'deletedAt' | 'productiveId'>;
/** What users may change of a task. */
export type TaskChanges = Partial<
  Pick<
    TaskRow,
    | 'title'
    | 'description'
    | 'startDate'
    | 'dueDate'
    | 'initialEstimate'
    | 'closed'
    | 'taskListId'
    | 'assigneeId'
    | 'workflowStatusId'
  >
>;

/** Whether the viewer may see the project. */
export async function isVisibleProject(db: Database, viewer: Viewer, id: number): Promise<boolean> {
  const [row] = await db
    .select({ id: portalProjects.id })
    .from(portalProjects)
    .where(and(eq(portalProjects.id, id), visibleProjects(viewer)));
  return row !== undefined;
}

/** A task that the viewer may see. Nobody else changes it until the transaction ends. */
export async function lockTask(tx: Database, viewer: Viewer, id: number): Promise<TaskRow | null> {
  const [task] = await tx
    .select()
    .from(portalTasks)
    .where(and(eq(portalTasks.id, id), visibleTasks(tx, viewer)))
    .for('update');
  return task ?? null;
}

/** The project of a task list that is there. */
export async function projectOfTaskList(db: Database, id: number): Promise<number | null> {
  const [row] = await db
    .select({ projectId: portalTaskLists.projectId })
    .from(portalTaskLists)
    .where(and(eq(portalTaskLists.id, id), isNull(portalTaskLists.deletedAt)));
  return row?.projectId ?? null;
}

/** 1: not started. 2: started. 3: closed. Null: there is no such status. */
export async function categoryOfStatus(db: Database, id: number): Promise<number | null> {
  const [row] = await db
    .select({ categoryId: portalWorkflowStatuses.categoryId })
    .from(portalWorkflowStatuses)
    .where(and(eq(portalWorkflowStatuses.id, id), isNull(portalWorkflowStatuses.deletedAt)));
  return row === undefined ? null : (row.categoryId ?? 0);
}

/** Whether the viewer may have this person work on a task: somebody he sees, who is not archived. */
export async function isAssignable(db: Database, viewer: Viewer, id: number): Promise<boolean> {
  const [row] = await db
    .select({ id: portalPeople.id })
    .from(portalPeople)
    .where(and(eq(portalPeople.id, id), isNull(portalPeople.archivedAt), visiblePeople(db, viewer)));
  return row !== undefined;
}

export async function insertTask(tx: Database, values: NewTask): Promise<TaskRow> {
  const [row] = await tx.insert(portalTasks).values(values).returning();
  return stored(row);
}

export async function updateTask(tx: Database, id: number, changes: TaskChanges): Promise<TaskRow> {
  const [row] = await tx.update(portalTasks).set(changes).where(eq(portalTasks.id, id)).returning();
  return stored(row);
}

export function stored<T>(row: T | undefined): T {
  if (row === undefined) throw new Error('A row that was just written is not there');
  return row;
}
