import { isNull, sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  date,
  doublePrecision,
  index,
  integer,
  pgSequence,
  pgTable,
  text,
} from 'drizzle-orm/pg-core';
import { jsonValue, time } from '../column-types.ts';
import { reference, syncedColumns } from './columns.ts';

/** Where versions come from: one for all tables, so that no two writes ever get the same. */
export const portalVersion = pgSequence('portal_version');

export const portalCompanies = pgTable(
  'portal_companies',
  {
    ...syncedColumns(),
    name: text('name'),
    companyCode: text('company_code'),
    archivedAt: time('archived_at'),
    createdAt: time('created_at'),
    lastActivityAt: time('last_activity_at'),
  },
  (table) => [index('portal_companies_modified').on(table.modifiedAt, table.id)],
);

export const portalPeople = pgTable(
  'portal_people',
  {
    ...syncedColumns(),
    firstName: text('first_name'),
    lastName: text('last_name'),
    email: text('email'),
    title: text('title'),
    /** 1: of the own house. 2: a contact. */
    hrmTypeId: integer('hrm_type_id'),
    archivedAt: time('archived_at'),
    lastActivityAt: time('last_activity_at'),
    companyId: reference('company_id', () => portalCompanies.id),
  },
  (table) => [
    index('portal_people_modified').on(table.modifiedAt, table.id),
    index('portal_people_company').on(table.companyId),
  ],
);

export const portalWorkflowStatuses = pgTable(
  'portal_workflow_statuses',
  {
    ...syncedColumns(),
    name: text('name'),
    /** 1: not started. 2: started. 3: closed. */
    categoryId: integer('category_id'),
    position: integer('position'),
    /** Productive's id: workflows are no records of the portal. */
    workflowId: text('workflow_id'),
  },
  (table) => [index('portal_workflow_statuses_modified').on(table.modifiedAt, table.id)],
);

export const portalProjects = pgTable(
  'portal_projects',
  {
    ...syncedColumns(),
    name: text('name'),
    projectNumber: text('project_number'),
    /** 1: internal. 2: for a client. */
    projectTypeId: integer('project_type_id'),
    archivedAt: time('archived_at'),
    createdAt: time('created_at'),
    lastActivityAt: time('last_activity_at'),
    companyId: reference('company_id', () => portalCompanies.id),
    projectManagerId: reference('project_manager_id', () => portalPeople.id),
  },
  (table) => [
    index('portal_projects_modified').on(table.modifiedAt, table.id),
    index('portal_projects_company').on(table.companyId),
    index('portal_projects_manager').on(table.projectManagerId),
  ],
);

export const portalTaskLists = pgTable(
  'portal_task_lists',
  {
    ...syncedColumns(),
    name: text('name'),
    placement: doublePrecision('placement'),
    archivedAt: time('archived_at'),
    projectId: reference('project_id', () => portalProjects.id),
  },
  (table) => [
    index('portal_task_lists_modified').on(table.modifiedAt, table.id),
    index('portal_task_lists_project').on(table.projectId),
  ],
);

export const portalTasks = pgTable(
  'portal_tasks',
  {
    ...syncedColumns(),
    title: text('title'),
    /** HTML. */
    description: text('description'),
    taskNumber: text('task_number'),
    /** 1: task. 3: milestone. */
    typeId: integer('type_id'),
    private: boolean('private'),
    closed: boolean('closed'),
    closedAt: time('closed_at'),
    startDate: date('start_date', { mode: 'string' }),
    dueDate: date('due_date', { mode: 'string' }),
    /** Minutes, as the next two. */
    initialEstimate: integer('initial_estimate'),
    remainingTime: integer('remaining_time'),
    workedTime: integer('worked_time'),
    placement: doublePrecision('placement'),
    tagList: jsonValue('tag_list'),
    customFields: jsonValue('custom_fields'),
    createdAt: time('created_at'),
    updatedAt: time('updated_at'),
    lastActivityAt: time('last_activity_at'),
    projectId: reference('project_id', () => portalProjects.id),
    taskListId: reference('task_list_id', () => portalTaskLists.id),
    assigneeId: reference('assignee_id', () => portalPeople.id),
    creatorId: reference('creator_id', () => portalPeople.id),
    parentTaskId: reference('parent_task_id', (): AnyPgColumn => portalTasks.id),
    workflowStatusId: reference('workflow_status_id', () => portalWorkflowStatuses.id),
  },
  (table) => [
    index('portal_tasks_modified').on(table.modifiedAt, table.id),
    // As lists are sorted (reading/sort-keys.ts): a page of all tasks is read off the index.
    index('portal_tasks_by_activity')
      .on(sql`(coalesce(${table.lastActivityAt}, '-infinity'::timestamptz))`, table.id)
      .where(isNull(table.deletedAt)),
    index('portal_tasks_by_creation')
      .on(sql`(coalesce(${table.createdAt}, '-infinity'::timestamptz))`, table.id)
      .where(isNull(table.deletedAt)),
    index('portal_tasks_counted').on(table.projectId, table.closed, table.private).where(isNull(table.deletedAt)),
    index('portal_tasks_by_due_date')
      .on(sql`(coalesce(${table.dueDate}, 'infinity'::date))`, table.id)
      .where(isNull(table.deletedAt)),
    index('portal_tasks_project').on(table.projectId, table.lastActivityAt, table.id),
    index('portal_tasks_task_list').on(table.taskListId),
    index('portal_tasks_assignee').on(table.assigneeId),
    index('portal_tasks_creator').on(table.creatorId),
    index('portal_tasks_parent').on(table.parentTaskId),
    index('portal_tasks_workflow_status').on(table.workflowStatusId),
  ],
);

export const portalComments = pgTable(
  'portal_comments',
  {
    ...syncedColumns(),
    /** HTML. */
    body: text('body'),
    /** Not for clients. */
    hidden: boolean('hidden'),
    draft: boolean('draft'),
    pinnedAt: time('pinned_at'),
    createdAt: time('created_at'),
    updatedAt: time('updated_at'),
    taskId: reference('task_id', () => portalTasks.id),
    creatorId: reference('creator_id', () => portalPeople.id),
  },
  (table) => [
    index('portal_comments_modified').on(table.modifiedAt, table.id),
    index('portal_comments_task').on(table.taskId, table.createdAt, table.id),
    index('portal_comments_creator').on(table.creatorId),
  ],
);

export const portalAttachments = pgTable(
  'portal_attachments',
  {
    ...syncedColumns(),
    name: text('name'),
    contentType: text('content_type'),
    /** Bytes. */
    size: bigint('size', { mode: 'number' }),
    /** Where Productive keeps it. Never leaves the server: it is of use only with a token of the API. */
    url: text('url'),
    createdAt: time('created_at'),
    taskId: reference('task_id', () => portalTasks.id),
    commentId: reference('comment_id', () => portalComments.id),
    creatorId: reference('creator_id', () => portalPeople.id),
  },
  (table) => [
    index('portal_attachments_modified').on(table.modifiedAt, table.id),
    index('portal_attachments_task').on(table.taskId, table.createdAt, table.id),
    index('portal_attachments_comment').on(table.commentId),
    index('portal_attachments_creator').on(table.creatorId),
  ],
);

/** What happened to a record, as Productive tells it. */
export const portalActivities = pgTable(
  'portal_activities',
  {
    ...syncedColumns(),
    event: text('event'),
    itemType: text('item_type'),
    /** Productive's id: the item may be of a kind that the portal does not have. */
    itemId: text('item_id'),
    changeset: jsonValue('changeset'),
    createdAt: time('created_at'),
    taskId: reference('task_id', () => portalTasks.id),
    projectId: reference('project_id', () => portalProjects.id),
    commentId: reference('comment_id', () => portalComments.id),
    creatorId: reference('creator_id', () => portalPeople.id),
  },
  (table) => [
    index('portal_activities_modified').on(table.modifiedAt, table.id),
    index('portal_activities_task').on(table.taskId, table.createdAt, table.id),
    index('portal_activities_project').on(table.projectId, table.createdAt, table.id),
    index('portal_activities_comment').on(table.commentId),
    index('portal_activities_creator').on(table.creatorId),
  ],
);
