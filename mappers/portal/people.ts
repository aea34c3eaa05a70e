import { text } from '../../engine/codec.ts';
import { number } from '../../engine/codec-plain.ts';
import { isoInstant } from '../../engine/codec-time.ts';
import { definePair } from '../../engine/define-pair.ts';
import { companies, portalPair, shown } from './portal-pair.ts';

/** People of the own house and contacts of clients: whom tasks, comments and projects name. Nothing of their contracts, costs or absences. */
export const peoplePair = () =>
  definePair({
    ...portalPair('people'),
    fields: {
      firstName: shown('first_name', 'firstName', text()),
      lastName: shown('last_name', 'lastName', text()),
      email: shown('email', 'email', text()),
      title: shown('title', 'title', text()),
      hrmTypeId: shown('hrm_type_id', 'hrmTypeId', number()),
      company: shown('company_id', 'companyId', companies),
      archivedAt: shown('archived_at', 'archivedAt', isoInstant()),
      lastActivityAt: shown('last_activity_at', 'lastActivityAt', isoInstant()),
    },
  });
