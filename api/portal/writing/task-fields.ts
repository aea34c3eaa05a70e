import { z } from 'zod';
import { portalId } from '../shapes.ts';
import type { TaskChanges, TaskRow } from '../../../store/portal/task-writes.ts';
import { ApiError } from '../../api-error.ts';
import type { PortalCaller } from '../caller.ts';
import { html } from './shapes.ts';

const day = z.iso.date().nullable().describe('YYYY-MM-DD');

/** What users may say of a task, new or not. */
export const taskFields = {
  title: z.string().trim().min(1).max(500),
  description: html.nullable(),
  startDate: day,
  dueDate: day,
  initialEstimate: z.int().min(0).max(10_000_000).nullable().describe('Minutes; for admins'),
  taskListId: portalId,
  assigneeId: portalId.nullable(),
  workflowStatusId: portalId,
};

/** Clients do not see estimates. @throws ApiError 403 */
export function refuseEstimate(
  { role }: PortalCaller,
  { initialEstimate }: { readonly initialEstimate?: unknown },
): void {
  if (role === 'admin' || initialEstimate === undefined) return;
  throw new ApiError(
    403,
    'admins_only',
    'initialEstimate: only a user whose token says role admin sees and sets estimates',
  );
}

type Wanted = { readonly [Name in keyof TaskChanges]: TaskChanges[Name] | undefined };

/** Only what is spoken of and differs from the row. */
export const changesOf = (task: TaskRow, wanted: Wanted): TaskChanges =>
  Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => value !== undefined && value !== task[name as keyof Wanted]),
  );

/** @throws ApiError 422 if a change has the task end before it begins */
export function refuseReversedDates(task: Pick<TaskRow, 'startDate' | 'dueDate'>, changes: TaskChanges): void {
  if (changes.startDate === undefined && changes.dueDate === undefined) return;
  const { startDate, dueDate } = { ...task, ...changes };
  if (startDate === null || dueDate === null || startDate <= dueDate) return;
  throw new ApiError(422, 'dates_reversed', `The task would begin on ${startDate}, after it is due on ${dueDate}`);
}
