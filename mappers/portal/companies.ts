import { text } from '../../engine/codec.ts';
import { isoInstant } from '../../engine/codec-time.ts';
import { definePair } from '../../engine/define-pair.ts';
import { portalPair, shown } from './portal-pair.ts';

/** Client companies. Names and codes for lists and for the scope of a client's login; when it was archived and last active for their order and state. */
export const companiesPair = () =>
  definePair({
    ...portalPair('companies'),
    fields: {
      name: shown('name', 'name', text()),
      companyCode: shown('company_code', 'companyCode', text()),
      archivedAt: shown('archived_at', 'archivedAt', isoInstant()),
      createdAt: shown('created_at', 'createdAt', isoInstant()),
      lastActivityAt: shown('last_activity_at', 'lastActivityAt', isoInstant()),
    },
  });
