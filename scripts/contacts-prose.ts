import type { PairProse } from './pair-page.ts';

/** The hand-written part of docs/pairs/contacts.md. */
export const contactsProse: PairProse = {
  introduction: `Two EspoCRMs that share their contacts, as after a merger of two offices. The first one is the master and shows the
status. The pair is on when \`ESPOCRM2_URL\` is set. It is also the pattern for a pair that has nothing to do with parties: a table,
a few policies, no code of its own.

What differs from \`beteiligte\`: a contact deleted on one side is deleted on the other too, unless it was edited there meanwhile;
contact data goes by the newest edit; who does not want to be called on one side does not want it on the other; and a
description that both changed waits for a person (\`tandem conflicts\`).`,
  masterTypes: {
    lastName: 'Varchar, required (there already)',
    firstName: 'Varchar (there already)',
    salutationName: 'Enum (there already; the same options in both)',
    emailAddress: 'Email (there already)',
    phoneNumber: 'Phone (there already)',
    addressStreet: 'Text (there already)',
    addressPostalCode: 'Varchar (there already)',
    addressCity: 'Varchar (there already)',
    addressCountry: 'Varchar (there already)',
    doNotCall: 'Boolean (there already)',
    description: 'Text (there already)',
    cTwinId: 'Varchar; in the second EspoCRM too',
    cTwinVersion: 'Varchar',
    cTwinLastSync: 'Date-Time',
    cSyncStatus: 'Enum',
    cSyncAttempts: 'Integer',
    cSyncMessage: 'Text',
  },
  afterTables: `## How the two find each other

A contact that Tandem creates in the second EspoCRM carries the first one's id in \`cTwinId\`, so that it is found again if the answer
gets lost. Contacts that exist on both sides before are never joined by themselves: whoever shares a name or an e-mail
address is asked about (\`tandem questions contacts\`), since a family may share both.

## What to know

- EspoCRM normalises telephone numbers to E.164 and refuses one without a country code (observed on 9.2.7): such a contact is
  parked with EspoCRM's reason.
- Both API users need the rights to read, create, edit and delete contacts. Without the right to delete, the
  deletion is reported and nothing else happens.
- Only the primary e-mail address and telephone number are mapped.
- The webhooks of both systems go to the same address, \`/webhooks/espocrm/contacts/create|update|delete\`: the signature
  tells which one is speaking.
`,
};
