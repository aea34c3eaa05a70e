import type { ListedTask, TaskRow } from '../../../store/portal/reading/task-readings.ts';
import type { PortalCaller } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { includedOf, type NamedIds } from './included.ts';
import { listedTaskView, taskView } from './record-views.ts';
import { writtenView } from './stated-views.ts';
import { makersOf } from './written-by.ts';

export const taskIncludes = ['people', 'projects', 'companies', 'taskLists', 'workflowStatuses'] as const;

export const listedTask = (caller: PortalCaller, row: ListedTask) =>
  writtenView(caller, row, listedTaskView(caller, row));

export const wholeTask = (caller: PortalCaller, row: TaskRow) => writtenView(caller, row, taskView(caller, row));

/** @param others who is named by what is shown with the tasks */
export async function includedWithTasks(
  deps: PortalDependencies,
  caller: PortalCaller,
  wished: readonly string[],
  tasks: readonly ReturnType<typeof listedTask>[],
  others: NamedIds = {},
) {
  const named = {
    people: [...tasks.map(({ assigneeId }) => assigneeId), ...makersOf(tasks), ...(others.people ?? [])],
    projects: tasks.map(({ projectId }) => projectId),
    taskLists: tasks.map(({ taskListId }) => taskListId),
    workflowStatuses: tasks.map(({ workflowStatusId }) => workflowStatusId),
  };
  const wishes = wished.includes('companies') ? [...wished, 'projects'] : wished;
  const included = await includedOf(deps, caller, wishes, named);
  if (!wished.includes('companies')) return included;
  const projects = included.projects ?? [];
  const { companies = [] } = await includedOf(deps, caller, ['companies'], {
    companies: projects.map(({ companyId }) => companyId),
  });
  return { ...included, companies };
}
