import { text } from '../../engine/codec.ts';
import { number } from '../../engine/codec-plain.ts';
import { definePair } from '../../engine/define-pair.ts';
import { portalPair, shown } from './portal-pair.ts';

/** The states that a task may have. Workflows themselves are no records of the portal: their id is a plain text. */
export const workflowStatusesPair = () =>
  definePair({
    ...portalPair('workflow_statuses'),
    fields: {
      name: shown('name', 'name', text()),
      categoryId: shown('category_id', 'categoryId', number()),
      position: shown('position', 'position', number()),
      workflowId: shown('workflow_id', 'workflowId', text()),
    },
  });
