import { text } from '../../engine/codec.ts';
import { number } from '../../engine/codec-plain.ts';
import { isoInstant } from '../../engine/codec-time.ts';
import { definePair } from '../../engine/define-pair.ts';
import { companies, people, portalPair, shown } from './portal-pair.ts';

/** Projects, the root of what a client sees: he sees those of his company. */
export const projectsPair = () =>
  definePair({
    ...portalPair('projects'),
    fields: {
      name: shown('name', 'name', text()),
      projectNumber: shown('project_number', 'projectNumber', text()),
      projectTypeId: shown('project_type_id', 'projectTypeId', number()),
      company: shown('company_id', 'companyId', companies),
      projectManager: shown('project_manager_id', 'projectManagerId', people),
      archivedAt: shown('archived_at', 'archivedAt', isoInstant()),
      createdAt: shown('created_at', 'createdAt', isoInstant()),
      lastActivityAt: shown('last_activity_at', 'lastActivityAt', isoInstant()),
    },
  });
