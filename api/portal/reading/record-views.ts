import type { ActivityRow, CommentRow, ListedAttachment } from '../../../store/portal/reading/discussion-readings.ts';
import type { NamedPerson } from '../../../store/portal/reading/people-readings.ts';
import type { NamedCompany } from '../../../store/portal/reading/company-readings.ts';
import type { NamedProject } from '../../../store/portal/reading/project-readings.ts';
import type {
  NamedTaskList,
  NamedWorkflowStatus,
  OwnPageRow,
} from '../../../store/portal/reading/structure-readings.ts';
import type { ListedTask, TaskRow } from '../../../store/portal/reading/task-readings.ts';
import type { PortalCaller } from '../caller.ts';
import { clientsChangeset } from './clients-changeset.ts';

/** Rows as their askers see them, without how current they are. */

interface Row {
  readonly id: number;
  readonly version: number;
  readonly modifiedAt: Date;
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
const idOf = (id: number | null): string | null => (id === null ? null : String(id));

export const writtenOf = ({ version, modifiedAt }: Row) => ({
  version: String(version),
  modifiedAt: modifiedAt.toISOString(),
});

export const companyView = ({ id, productiveId, name, companyCode, ...row }: NamedCompany) => ({
  ...{ id: String(id), productiveId, name, companyCode },
  archivedAt: iso(row.archivedAt),
  createdAt: iso(row.createdAt),
  lastActivityAt: iso(row.lastActivityAt),
});

export function personView(
  caller: PortalCaller,
  { id, productiveId, firstName, lastName, title, ...row }: NamedPerson,
) {
  const isKnown = caller.role === 'admin' || (row.isSettled && row.companyId === caller.companyId);
  return {
    ...{ id: String(id), productiveId, firstName, lastName, title },
    email: isKnown ? row.email : null,
    hrmTypeId: row.hrmTypeId,
    companyId: idOf(row.companyId),
    archivedAt: iso(row.archivedAt),
    lastActivityAt: iso(row.lastActivityAt),
  };
}

export const projectView = ({ id, productiveId, name, projectNumber, projectTypeId, ...row }: NamedProject) => ({
  ...{ id: String(id), productiveId, name, projectNumber, projectTypeId },
  companyId: idOf(row.companyId),
  projectManagerId: idOf(row.projectManagerId),
  archivedAt: iso(row.archivedAt),
  createdAt: iso(row.createdAt),
  lastActivityAt: iso(row.lastActivityAt),
});

export function listedTaskView(caller: PortalCaller, row: ListedTask) {
  const { title, taskNumber, typeId, closed, startDate, dueDate, placement } = row;
  const { private: isPrivate, initialEstimate, remainingTime, workedTime, tagList } = row;
  return {
    ...{ id: String(row.id), productiveId: row.productiveId },
    ...{ title, taskNumber, typeId, closed, startDate, dueDate, placement },
    closedAt: iso(row.closedAt),
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    lastActivityAt: iso(row.lastActivityAt),
    projectId: idOf(row.projectId),
    taskListId: idOf(row.taskListId),
    assigneeId: idOf(row.assigneeId),
    creatorId: idOf(row.creatorId),
    parentTaskId: row.isParentVisible ? idOf(row.parentTaskId) : null,
    workflowStatusId: idOf(row.workflowStatusId),
    ...(caller.role === 'admin' && {
      ...{ private: isPrivate, initialEstimate, remainingTime, workedTime, tagList },
    }),
  };
}

export const taskView = (caller: PortalCaller, row: TaskRow) => ({
  ...listedTaskView(caller, row),
  description: row.description,
  ...(caller.role === 'admin' && { customFields: row.customFields }),
});

export const taskListView = ({ id, productiveId, name, placement, projectId, archivedAt }: NamedTaskList) => ({
  ...{ id: String(id), productiveId, name, placement },
  projectId: idOf(projectId),
  archivedAt: iso(archivedAt),
});

export const workflowStatusView = ({
  id,
  productiveId,
  name,
  categoryId,
  position,
  workflowId,
}: NamedWorkflowStatus) => ({ ...{ id: String(id), productiveId, name, categoryId, position, workflowId } });

export const commentView = ({ id, productiveId, body, hidden, draft, ...row }: CommentRow) => ({
  ...{ id: String(id), productiveId, body, hidden, draft },
  pinnedAt: iso(row.pinnedAt),
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
  taskId: idOf(row.taskId),
  creatorId: idOf(row.creatorId),
});

export const attachmentView = ({ id, productiveId, name, contentType, size, ...row }: ListedAttachment) => ({
  ...{ id: String(id), productiveId, name, contentType, size },
  createdAt: iso(row.createdAt),
  taskId: idOf(row.taskId),
  commentId: idOf(row.commentId),
  creatorId: idOf(row.creatorId),
  content: `/portal/v1/attachments/${id}/content`,
});

export const activityView = (caller: PortalCaller, { id, productiveId, event, itemType, ...row }: ActivityRow) => ({
  ...{ id: String(id), productiveId, event, itemType },
  changeset: caller.role === 'admin' ? row.changeset : clientsChangeset(row.changeset),
  createdAt: iso(row.createdAt),
  taskId: idOf(row.taskId),
  projectId: idOf(row.projectId),
  commentId: idOf(row.commentId),
  creatorId: idOf(row.creatorId),
});

export const ownPageView = ({ id, projectId, title, body, position, createdAt, ...row }: OwnPageRow) => ({
  ...{ id: String(id), ...writtenOf({ id, ...row }), title, body, position, private: row.private },
  projectId: idOf(projectId),
  createdAt: createdAt.toISOString(),
});
