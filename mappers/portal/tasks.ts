import { day, text } from '../../engine/codec.ts';
import { flag, number } from '../../engine/codec-plain.ts';
import { isoInstant } from '../../engine/codec-time.ts';
import { json, verbatim } from '../../engine/codec-verbatim.ts';
import { definePair } from '../../engine/define-pair.ts';
import { reference } from '../../engine/reference.ts';
import { people, portalPair, projects, required, shared, shown, taskLists, workflowStatuses } from './portal-pair.ts';

/** Tasks. People change them in Productive and in the portal. */
export const tasksPair = () =>
  definePair({
    ...portalPair('tasks'),
    fields: {
      title: shared('title', 'title', text(), required),
      description: shared('description', 'description', verbatim()),
      taskNumber: shown('task_number', 'taskNumber', text()),
      typeId: shown('type_id', 'typeId', number()),
      private: shown('private', 'private', flag()),
      closed: shared('closed', 'closed', flag()),
      closedAt: shown('closed_at', 'closedAt', isoInstant()),
      startDate: shared('start_date', 'startDate', day('day')),
      dueDate: shared('due_date', 'dueDate', day('day')),
      initialEstimate: shared('initial_estimate', 'initialEstimate', number()),
      remainingTime: shown('remaining_time', 'remainingTime', number()),
      workedTime: shown('worked_time', 'workedTime', number()),
      placement: shown('placement', 'placement', number()),
      tagList: shown('tag_list', 'tagList', json()),
      customFields: shown('custom_fields', 'customFields', json()),
      createdAt: shown('created_at', 'createdAt', isoInstant()),
      updatedAt: shown('updated_at', 'updatedAt', isoInstant()),
      lastActivityAt: shown('last_activity_at', 'lastActivityAt', isoInstant()),
      project: shown('project_id', 'projectId', projects, required),
      taskList: shared('task_list_id', 'taskListId', taskLists, required),
      assignee: shared('assignee_id', 'assigneeId', people),
      creator: shown('creator_id', 'creatorId', people),
      parentTask: shown('parent_task_id', 'parentTaskId', reference('tasks')),
      workflowStatus: shared('workflow_status_id', 'workflowStatusId', workflowStatuses),
    },
    // Productive sets these itself.
    ignored: {
      master: [
        'task_number',
        'type_id',
        'closed_at',
        'remaining_time',
        'worked_time',
        'placement',
        'tag_list',
        'custom_fields',
        'created_at',
        'updated_at',
        'last_activity_at',
        'creator_id',
      ],
    },
    createOn: ['master', 'replica'],
  });
