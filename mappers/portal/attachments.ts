import { text } from '../../engine/codec.ts';
import { number } from '../../engine/codec-plain.ts';
import { isoInstant } from '../../engine/codec-time.ts';
import { definePair } from '../../engine/define-pair.ts';
import { comments, people, portalPair, required, shown, tasks } from './portal-pair.ts';

/** Files at tasks and comments: what they are called and where Productive keeps them. The bytes stay there. */
export const attachmentsPair = () =>
  definePair({
    ...portalPair('attachments'),
    fields: {
      name: shown('name', 'name', text()),
      contentType: shown('content_type', 'contentType', text()),
      size: shown('size', 'size', number()),
      url: shown('url', 'url', text()),
      createdAt: shown('created_at', 'createdAt', isoInstant()),
      task: shown('task_id', 'taskId', tasks, required),
      comment: shown('comment_id', 'commentId', comments, required),
      creator: shown('creator_id', 'creatorId', people),
    },
    // Productive sets these itself.
    ignored: { master: ['url', 'created_at', 'creator_id'] },
    createOn: ['master', 'replica'],
  });
