import { and, eq, isNull, or, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import {
  portalComments,
  portalPeople,
  portalProjects,
  portalTaskLists,
  portalTasks,
  portalWorkflowStatuses,
} from './work-tables.ts';

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

/** A project that is there, with the company that it is done for. */
export async function findProject(db: Database, id: number): Promise<{ companyId: number | null } | null> {
  const [row] = await db
    .select({ companyId: portalProjects.companyId })
    .from(portalProjects)
    .where(and(eq(portalProjects.id, id), isNull(portalProjects.deletedAt)));
  return row ?? null;
}

/** A task that is there and the company it belongs to. Nobody else changes it until the transaction ends. */
export async function lockTask(
  tx: Database,
  id: number,
): Promise<{ readonly task: TaskRow; readonly companyId: number | null } | null> {
  const [task] = await tx
    .select()
    .from(portalTasks)
    .where(and(eq(portalTasks.id, id), isNull(portalTasks.deletedAt)))
    .for('update');
  if (task === undefined) return null;
  const project = task.projectId === null ? null : await findProject(tx, task.projectId);
  return { task, companyId: project?.companyId ?? null };
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

/** Whether the person is there. @param client only one of this company, or one who has to do with the project */
export async function isAssignable(
  db: Database,
  id: number,
  client: { readonly companyId: number; readonly projectId: number } | null,
): Promise<boolean> {
  const works = sql`exists (select from ${portalTasks} where ${portalTasks.assigneeId} = ${portalPeople.id} and ${portalTasks.projectId} = ${client?.projectId ?? 0} and ${portalTasks.private} is not true and ${portalTasks.deletedAt} is null)`;
  const manages = sql`exists (select from ${portalProjects} where ${portalProjects.id} = ${client?.projectId ?? 0} and ${portalProjects.projectManagerId} = ${portalPeople.id})`;
  const isKnown = client === null ? undefined : or(eq(portalPeople.companyId, client.companyId), works, manages);
  const [row] = await db
    .select({ id: portalPeople.id })
    .from(portalPeople)
    .where(and(eq(portalPeople.id, id), isNull(portalPeople.deletedAt), isNull(portalPeople.archivedAt), isKnown));
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

export type CommentRow = typeof portalComments.$inferSelect;

/** A comment that is there. Nobody else changes it until the transaction ends. */
export async function lockComment(tx: Database, id: number): Promise<CommentRow | null> {
  const [row] = await tx
    .select()
    .from(portalComments)
    .where(and(eq(portalComments.id, id), isNull(portalComments.deletedAt)))
    .for('update');
  return row ?? null;
}

export async function insertComment(tx: Database, values: typeof portalComments.$inferInsert): Promise<CommentRow> {
  const [row] = await tx.insert(portalComments).values(values).returning();
  return stored(row);
}

export async function updateComment(
  tx: Database,
  id: number,
  changes: Partial<Pick<CommentRow, 'body' | 'hidden'>>,
): Promise<CommentRow> {
  const [row] = await tx.update(portalComments).set(changes).where(eq(portalComments.id, id)).returning();
  return stored(row);
}

export function stored<T>(row: T | undefined): T {
  if (row === undefined) throw new Error('A row that was just written is not there');
  return row;
}
