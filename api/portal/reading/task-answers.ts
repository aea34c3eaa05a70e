import type { ListedTask, TaskRow } from '../../../store/portal/reading/task-readings.ts';
import type { PortalCaller } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { includedOf, type NamedIds } from './included.ts';
import { listedTaskView, taskView } from './record-views.ts';
import { writtenViews } from './stated-views.ts';
import { makersOf } from './written-by.ts';

export const taskIncludes = ['people', 'projects', 'companies', 'taskLists', 'workflowStatuses'] as const;

export async function listedTasks(deps: PortalDependencies, caller: PortalCaller, rows: readonly ListedTask[]) {
  const view = visibleParents(deps, caller, rows).then(
    (parents) => (row: ListedTask) => listedTaskView(caller, row, parents),
  );
  return writtenViews({ deps, caller }, 'tasks', rows, view);
}

export async function wholeTask(deps: PortalDependencies, caller: PortalCaller, row: TaskRow) {
  const view = visibleParents(deps, caller, [row]).then(
    (parents) => (task: TaskRow) => taskView(caller, task, parents),
  );
  return writtenViews({ deps, caller }, 'tasks', [row], view);
}

/** A public task may stand below a private one. */
async function visibleParents(
  { portal }: PortalDependencies,
  caller: PortalCaller,
  rows: readonly Pick<ListedTask, 'parentTaskId'>[],
): Promise<ReadonlySet<number>> {
  const ids = rows.flatMap(({ parentTaskId }) => (parentTaskId === null ? [] : [parentTaskId]));
  return portal.store().tasks.visible(caller, ids);
}

type ShownTask = Awaited<ReturnType<typeof listedTasks>>[number];

/** @param others who is named by what is shown with the tasks */
export async function includedWithTasks(
  deps: PortalDependencies,
  caller: PortalCaller,
  wished: readonly string[],
  tasks: readonly ShownTask[],
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
