import {
  categoryOfStatus,
  isAssignable,
  isVisibleProject,
  projectOfTaskList,
  type TaskChanges,
} from '../../../store/portal/task-writes.ts';
import type { PortalWrite } from '../../../store/portal/write-store.ts';
import { ApiError } from '../../api-error.ts';
import type { PortalCaller } from '../caller.ts';

/** Portal ids of what a task points to; null: it shall point to nothing. Missing: it is not spoken of. */
export interface GivenReferences {
  readonly taskListId?: string | undefined;
  readonly assigneeId?: string | null | undefined;
  readonly workflowStatusId?: string | undefined;
}

type References = Pick<TaskChanges, 'taskListId' | 'assigneeId' | 'workflowStatusId' | 'closed'>;

const category = { closed: 3 } as const;

const noSuch = (field: string, what: string, id: string): ApiError =>
  new ApiError(422, 'unknown_reference', `${field}: there is no ${what} ${id} that a task of this project can have`);

/** @throws ApiError 422 */
export async function projectOr422({ db }: PortalWrite, caller: PortalCaller, id: string): Promise<number> {
  if (await isVisibleProject(db, caller, Number(id))) return Number(id);
  throw new ApiError(422, 'unknown_reference', `projectId: there is no project ${id}, or it is not yours to see`);
}

/**
 * The references as the table holds them, each of them checked. A status of the closing kind closes the task, another one opens it.
 * @throws ApiError 422
 */
export async function checkedReferences(
  write: PortalWrite,
  caller: PortalCaller,
  projectId: number,
  given: GivenReferences,
): Promise<References> {
  return {
    ...(await checkedTaskList(write, projectId, given)),
    ...(await checkedAssignee(write, caller, given)),
    ...(await checkedStatus(write, given)),
  };
}

async function checkedTaskList({ db }: PortalWrite, projectId: number, { taskListId }: GivenReferences) {
  if (taskListId === undefined) return {};
  if ((await projectOfTaskList(db, Number(taskListId))) !== projectId) {
    throw noSuch('taskListId', 'task list', taskListId);
  }
  return { taskListId: Number(taskListId) };
}

async function checkedAssignee({ db }: PortalWrite, caller: PortalCaller, { assigneeId }: GivenReferences) {
  if (assigneeId === undefined || assigneeId === null) return assigneeId === null ? { assigneeId } : {};
  if (!(await isAssignable(db, caller, Number(assigneeId)))) {
    throw noSuch('assigneeId', 'person', assigneeId);
  }
  return { assigneeId: Number(assigneeId) };
}

async function checkedStatus({ db }: PortalWrite, { workflowStatusId }: GivenReferences) {
  if (workflowStatusId === undefined) return {};
  const found = await categoryOfStatus(db, Number(workflowStatusId));
  if (found === null) throw noSuch('workflowStatusId', 'workflow status', workflowStatusId);
  return { workflowStatusId: Number(workflowStatusId), closed: found === category.closed };
}
