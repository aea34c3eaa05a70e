import { text } from '../../engine/codec.ts';
import { number } from '../../engine/codec-plain.ts';
import { isoInstant } from '../../engine/codec-time.ts';
import { definePair } from '../../engine/define-pair.ts';
import { portalPair, projects, required, shown } from './portal-pair.ts';

/** Lists of tasks within a project. */
export const taskListsPair = () =>
  definePair({
    ...portalPair('task_lists'),
    fields: {
      name: shown('name', 'name', text()),
      placement: shown('placement', 'placement', number()),
      project: shown('project_id', 'projectId', projects, required),
      archivedAt: shown('archived_at', 'archivedAt', isoInstant()),
    },
  });
