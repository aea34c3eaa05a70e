import { text } from '../engine/codec.ts';
import { email, phone } from '../engine/codec-contact.ts';
import { flag, multiline } from '../engine/codec-plain.ts';
import { definePair, field, weak } from '../engine/define-pair.ts';
import { askPerson, combined, masterWins, newestWins } from '../engine/policy.ts';

/** Who does not want to be called on one side does not want it on the other. */
const strictest = combined(
  'yes if either side says so',
  ({ values }) => values.master === true || values.replica === true,
);

/** Two EspoCRMs that share their contacts, as after a merger of two offices. The first one is the master. */
export const contacts = () =>
  definePair({
    name: 'contacts',
    master: { system: 'EspoCRM', entity: 'Contact' },
    replica: { system: 'second EspoCRM', entity: 'Contact' },
    fields: {
      lastName: field('lastName', 'lastName', text(), { group: 'name', required: true }),
      firstName: field('firstName', 'firstName', text(), { group: 'name' }),
      salutation: field('salutationName', 'salutationName', text(), { group: 'name' }),
      email: field('emailAddress', 'emailAddress', email(), { group: 'contact' }),
      phone: field('phoneNumber', 'phoneNumber', phone(), { group: 'contact' }),
      street: field('addressStreet', 'addressStreet', multiline(), { group: 'contact' }),
      postalCode: field('addressPostalCode', 'addressPostalCode', text(), { group: 'contact' }),
      city: field('addressCity', 'addressCity', text(), { group: 'contact' }),
      country: field('addressCountry', 'addressCountry', text(), { group: 'contact' }),
      doNotCall: field('doNotCall', 'doNotCall', flag({ whenEmpty: false }), { group: 'consent' }),
      description: field('description', 'description', multiline(), { group: 'notes' }),
    },
    groups: { name: masterWins, contact: newestWins(), consent: strictest, notes: askPerson },
    // A family may share name, address and telephone: only the stored number proves that two contacts are one.
    identity: [weak('e-mail', ['email']), weak('name', ['lastName', 'firstName'])],
    marker: 'cTwinId',
    whenPartnerDeleted: { master: { kind: 'delete' }, replica: { kind: 'delete' } },
    status: {
      replicaId: 'cTwinId',
      replicaVersion: 'cTwinVersion',
      lastSync: 'cTwinLastSync',
      state: 'cSyncStatus',
      attempts: 'cSyncAttempts',
      message: 'cSyncMessage',
    },
    states: {
      clean: 'clean',
      failed: 'failed',
      permanently_failed: 'permanently_failed',
      conflict: 'conflict',
      deleted_in_replica: 'deleted_in_twin',
    },
  });
