import { z } from 'zod';
import type { Json } from '../../../engine/values.ts';
import { portalId } from '../shapes.ts';
import { syncShape } from './freshness.ts';
import { writtenByShape } from './written-by.ts';

const time = z.iso.datetime();
const date = z.iso.date();
const text = z.string().nullable();
const reference = portalId.nullable();
const json: z.ZodType<Json> = z.json();
const onlyForAdmins = 'Only for admins';

/** What every record has. */
const record = {
  id: portalId,
  productiveId: text.describe("Productive's id; null: it is not there yet"),
  /** For If-Match: what a change is made from. */
  version: z.string(),
  modifiedAt: time,
  ...syncShape,
};

export const companyShape = z.object({
  ...record,
  name: text,
  companyCode: text,
  archivedAt: time.nullable(),
  createdAt: time.nullable(),
  lastActivityAt: time.nullable(),
});

export const personShape = z.object({
  ...record,
  firstName: text,
  lastName: text,
  title: text,
  email: text.describe('For clients only that of their own people'),
  hrmTypeId: z.int().nullable().describe('1: of the house, 2: a contact'),
  companyId: reference,
  archivedAt: time.nullable(),
  lastActivityAt: time.nullable(),
});

export const projectShape = z.object({
  ...record,
  name: text,
  projectNumber: text,
  projectTypeId: z.int().nullable().describe('1: internal, 2: for a client'),
  companyId: reference,
  projectManagerId: reference,
  archivedAt: time.nullable(),
  createdAt: time.nullable(),
  lastActivityAt: time.nullable(),
  /** As far as the asker may see them. */
  tasks: z.object({ open: z.int(), closed: z.int() }),
});

export const listedTaskShape = z.object({
  ...record,
  title: text,
  taskNumber: text,
  typeId: z.int().nullable().describe('1: task, 3: milestone'),
  closed: z.boolean().nullable(),
  closedAt: time.nullable(),
  startDate: date.nullable(),
  dueDate: date.nullable(),
  placement: z.number().nullable(),
  createdAt: time.nullable(),
  updatedAt: time.nullable(),
  lastActivityAt: time.nullable(),
  projectId: reference,
  taskListId: reference,
  assigneeId: reference,
  creatorId: reference,
  writtenBy: writtenByShape,
  parentTaskId: reference,
  workflowStatusId: reference,
  private: z.boolean().nullable().optional().describe(onlyForAdmins),
  initialEstimate: z.int().nullable().optional().describe(`Minutes. ${onlyForAdmins}`),
  remainingTime: z.int().nullable().optional().describe(`Minutes. ${onlyForAdmins}`),
  workedTime: z.int().nullable().optional().describe(`Minutes. ${onlyForAdmins}`),
  tagList: json.optional().describe(onlyForAdmins),
});

export const taskShape = listedTaskShape.extend({
  description: text.describe('HTML'),
  customFields: json.optional().describe(onlyForAdmins),
});

export const taskListShape = z.object({
  ...record,
  name: text,
  placement: z.number().nullable(),
  projectId: reference,
  archivedAt: time.nullable(),
});

export const workflowStatusShape = z.object({
  ...record,
  name: text,
  categoryId: z.int().nullable().describe('1: not started, 2: started, 3: closed'),
  position: z.int().nullable(),
  workflowId: text.describe("Productive's id of the workflow"),
});

export const commentShape = z.object({
  ...record,
  body: text.describe('HTML'),
  hidden: z.boolean().nullable(),
  draft: z.boolean().nullable(),
  pinnedAt: time.nullable(),
  createdAt: time.nullable(),
  updatedAt: time.nullable(),
  taskId: reference,
  creatorId: reference,
  writtenBy: writtenByShape,
});

export const attachmentShape = z.object({
  ...record,
  name: text,
  contentType: text,
  size: z.int().nullable().describe('Bytes'),
  createdAt: time.nullable(),
  taskId: reference,
  commentId: reference,
  creatorId: reference,
  writtenBy: writtenByShape,
  content: z.string().describe('Where the file can be fetched, with the same token'),
});

export const activityShape = z.object({
  ...record,
  event: text,
  itemType: text,
  changeset: json.describe('Each changed field with its old and new value; for clients those that they may see'),
  createdAt: time.nullable(),
  taskId: reference,
  projectId: reference,
  commentId: reference,
  creatorId: reference,
});

/** The portal's own pages are in no other system: there is nothing that they could be behind of. */
export const ownPageShape = z.object({
  id: portalId,
  version: z.string(),
  modifiedAt: time,
  projectId: reference,
  title: z.string(),
  body: z.string().describe('Markdown'),
  position: z.int(),
  private: z.boolean(),
  createdAt: time,
});

const withoutSync = { syncState: true, syncReason: true, lastSyncedAt: true } as const;
const named = { ...withoutSync, version: true, modifiedAt: true } as const;

/** Records that the shown ones name, each once. */
export const includedShape = z.object({
  people: z.array(personShape.omit(named)).optional(),
  projects: z.array(projectShape.omit({ ...named, tasks: true })).optional(),
  companies: z.array(companyShape.omit(named)).optional(),
  taskLists: z.array(taskListShape.omit(named)).optional(),
  workflowStatuses: z.array(workflowStatusShape.omit(named)).optional(),
});
export type Included = z.infer<typeof includedShape>;
