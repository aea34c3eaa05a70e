import { text } from '../../engine/codec.ts';
import { isoInstant } from '../../engine/codec-time.ts';
import { json } from '../../engine/codec-verbatim.ts';
import { definePair } from '../../engine/define-pair.ts';
import { comments, people, portalPair, projects, shown, tasks } from './portal-pair.ts';

/** What happened to a record, as Productive tells it. Written once and never changed. */
export const activitiesPair = () =>
  definePair({
    ...portalPair('activities'),
    fields: {
      event: shown('event', 'event', text()),
      itemType: shown('item_type', 'itemType', text()),
      itemId: shown('item_id', 'itemId', text()),
      changeset: shown('changeset', 'changeset', json()),
      task: shown('task_id', 'taskId', tasks),
      project: shown('project_id', 'projectId', projects),
      creator: shown('creator_id', 'creatorId', people),
      comment: shown('comment_id', 'commentId', comments),
      createdAt: shown('created_at', 'createdAt', isoInstant()),
    },
  });
