import { z } from 'zod';
import { activitySorts, attachmentSorts, commentSorts } from '../../../store/portal/reading/discussion-readings.ts';
import type { PortalCaller } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { nextFrom, type PageQuery, wishFrom } from './paging.ts';
import { activityShape, attachmentShape, commentShape } from './record-shapes.ts';
import { activityView, attachmentView, commentView } from './record-views.ts';
import { statedView, writtenView } from './stated-views.ts';

const next = z.string().nullable();
export const commentsShape = z.object({ comments: z.array(commentShape), next });
export const attachmentsShape = z.object({ attachments: z.array(attachmentShape), next });
export const activitiesShape = z.object({ activities: z.array(activityShape), next });

export interface OfTask {
  readonly deps: PortalDependencies;
  readonly caller: PortalCaller;
  /** One that the caller may see. */
  readonly taskId: number;
}

export async function commentsOf({ deps, caller, taskId }: OfTask, query: PageQuery) {
  const page = await deps.portal.store().discussions.comments(caller, taskId, wishFrom(commentSorts, query));
  const comments = page.rows.map((row) => writtenView(caller, row, commentView(row)));
  return { comments, next: nextFrom(page.next, query) };
}

export async function attachmentsOf({ deps, caller, taskId }: OfTask, query: PageQuery) {
  const page = await deps.portal.store().discussions.attachments(caller, taskId, wishFrom(attachmentSorts, query));
  const attachments = page.rows.map((row) => writtenView(caller, row, attachmentView(row)));
  return { attachments, next: nextFrom(page.next, query) };
}

export async function activitiesOf({ deps, caller, taskId }: OfTask, query: PageQuery) {
  const page = await deps.portal.store().discussions.activities(caller, taskId, wishFrom(activitySorts, query));
  const activities = page.rows.map((row) => statedView(row, activityView(caller, row)));
  return { activities, next: nextFrom(page.next, query) };
}
