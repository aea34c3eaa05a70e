import { flag } from '../../engine/codec-plain.ts';
import { isoInstant } from '../../engine/codec-time.ts';
import { verbatim } from '../../engine/codec-verbatim.ts';
import { definePair } from '../../engine/define-pair.ts';
import { people, portalPair, required, shared, shown, tasks } from './portal-pair.ts';

/** Comments on tasks. Written in Productive and in the portal. */
export const commentsPair = () =>
  definePair({
    ...portalPair('comments'),
    fields: {
      body: shared('body', 'body', verbatim(), required),
      hidden: shared('hidden', 'hidden', flag()),
      draft: shown('draft', 'draft', flag()),
      pinnedAt: shown('pinned_at', 'pinnedAt', isoInstant()),
      createdAt: shown('created_at', 'createdAt', isoInstant()),
      updatedAt: shown('updated_at', 'updatedAt', isoInstant()),
      task: shown('task_id', 'taskId', tasks, required),
      creator: shown('creator_id', 'creatorId', people),
    },
    // Productive sets these itself.
    ignored: { master: ['draft', 'pinned_at', 'created_at', 'updated_at', 'creator_id'] },
    createOn: ['master', 'replica'],
    whenPartnerDeleted: { master: { kind: 'ask' }, replica: { kind: 'delete' } },
  });
