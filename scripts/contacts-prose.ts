import type { PairProse } from './pair-page.ts';

/** The hand-written part of docs/pairs/contacts.md. */
export const contactsProse: PairProse = {
  introduction: `Two EspoCRMs that share their contacts, as after a merger of two offices. The first one is the master and shows the
status. The pair is on when \`ESPOCRM2_URL\` is set. It is also the pattern for a pair that has nothing to do with parties: a table,
a few policies, no code of its own.

These rules differ from those of \`beteiligte\`: a contact that is deleted on one side is also deleted on the other, unless it was edited there in the meantime;
for contact data the newest edit wins; if a person does not want to be called on one side, that holds for both; and a description that both sides changed
waits for a person (\`tandem conflicts\`).`,
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

A contact that Tandem creates in the second EspoCRM carries the first one's id in \`cTwinId\`, so it is found again if the answer
gets lost. Contacts that existed on both sides before are never joined automatically. If two of them share a name or an e-mail address, Tandem asks
(\`tandem questions contacts\`), because members of a family may share both.

## What to know

- EspoCRM normalises telephone numbers to E.164 and refuses one without a country code (observed on 9.2.7): such a contact is
  parked, with EspoCRM's reason.
- So far an EspoCRM can't be configured without Advoware, so this pair needs Advoware's settings too.
- Both API users need the rights to read, create, edit and delete contacts. Without the right to delete, the
  deletion is reported and nothing else happens.
- Only the primary e-mail address and telephone number are mapped.
- The webhooks of both systems go to the same address, \`/webhooks/espocrm/contacts/create|update|delete\`: the signature
  tells which of them is speaking.
`,
};
