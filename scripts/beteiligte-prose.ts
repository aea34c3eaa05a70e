import { ignoredByAdvoware } from '../mappers/beteiligte.ts';
import type { PairProse } from './pair-page.ts';

const short = 'Varchar';

/** The hand-written part of docs/pairs/beteiligte.md. */
export const beteiligteProse: PairProse = {
  introduction: `The parties of a law firm: clients, opponents, courts, insurers. EspoCRM is the **master**: it holds the status, and it
wins where both sides changed the same field. Advoware is the **replica**. Master data only: addresses, telephone and bank
details of Advoware are other endpoints, which Tandem neither reads nor writes.

EspoCRM reports changes by webhook. Advoware reports nothing. Tandem finds an edit made there when it next reads both sides: on its regular visit (each linked
party within \`ROLLING_CHECK_PERIOD\`, a day), after an edit of a mapped field in EspoCRM, or on \`tandem sync-check beteiligte <id>\`.`,

  masterTypes: {
    lastName: 'part of the Person type',
    firstName: 'part of the Person type',
    salutationName: 'Enum, part of the Person type',
    titel: short,
    briefAnrede: short,
    zusatz: short,
    kurzname: short,
    geburtsname: short,
    dateOfBirth: 'Date',
    familienstand: `${short}, or an Enum with the words that Advoware uses`,
    rechtsform: 'Enum',
    art: short,
    handelsregisterNummer: short,
    registergericht: short,
    betnr: short,
    advowareRowId: `${short} (100)`,
    advowareLastSync: 'Date-Time',
    syncStatus: 'Enum',
    syncRetryCount: 'Integer',
    syncErrorMessage: 'Text',
  },

  afterTables: `Create the entity type \`Beteiligte\` of type Person in the Entity Manager; EspoCRM names it \`CBeteiligte\`. Switch on its optimistic
concurrency control. Without it, an edit between Tandem's read and its write of the same field is overwritten. You may add more options than those
listed. \`tandem doctor\` names every field and option that is missing.

If a value does not fit (an Enum without that option, a Varchar that is too short), EspoCRM refuses the write and the record
becomes \`permanently_failed\`; the message names the field.

## Empty values

Clearing a field is an edit like any other and travels. \`lastName\` is required: if one side clears it, Tandem restores the
name of the other side. A field that Tandem's user may not read looks empty, so the role must allow reading and editing every
attribute above (docs/security.md).

## When Advoware does not take a value

Fields with "no" in the table travel from Advoware to EspoCRM only. An edit of one in EspoCRM is noted on the record
(\`not_taken\`, with the time) and shown by \`tandem sync-check\`; neither side is overwritten. If Advoware ignores or alters a value in another field, Tandem
sees that in the answer, notes it (\`not_taken\` or \`altered\`), remembers both values as they are, and does not try again until
one side changes.

## What nobody has confirmed

The vendor publishes no complete description of this API. These are assumptions; each has a setting, and each default is
the careful one.

| question | assumption | setting |
| --- | --- | --- |
| Does a PUT empty what it leaves out? | yes: the whole record just read goes back, with the changed fields replaced | \`ADVOWARE_PUT=full\`; \`partial\` sends changes only |
| Which of the fields does Advoware take? | all but ${ignoredByAdvoware.map((name) => `\`${name}\``).join(', ')}: 8 of 14 are said to take effect, which ones is our guess | \`ADVOWARE_READONLY_FIELDS\`, a list |
| How does it say that a number does not exist? | unknown, so no answer is taken as proof of a deletion: such a record fails and is tried again | \`ADVOWARE_NOT_FOUND=ask\`; \`404\`, \`500\` or \`empty\` once it is known |
| Can parties be searched? | no: a party is found by its number only | \`ADVOWARE_SEARCH\` empty; or the query parameters, by Advoware's property names |
| Does POST answer with the whole party? | maybe: if the version or a sent property is missing, the party is read once more | none |
| Does PUT check \`rowId\`? | no: the window between read and write is one call wide, and what the answer shows is compared | none |
| In which zone is \`geaendertAm\`? | the office's | \`ADVOWARE_TIMEZONE=Europe/Berlin\` |
| Under which path does the API lie? | \`/api/v1/advonet\` | \`ADVOWARE_BASE_PATH\` |

After every PUT Tandem compares: if a property that nobody meant to change is empty afterwards, the pair stops, the message
names the property and the setting, and \`tandem resume beteiligte\` lets it go on. \`tandem doctor\` asks Advoware for a number
that no office has and says which \`ADVOWARE_NOT_FOUND\` fits.

Try a new installation on Advoware's demo system, or on one test party, before real ones.

## Without search: creations in doubt

If Advoware does not answer a creation, nobody can tell by machine whether the party exists. Tandem does **not** send it
again. The record becomes \`permanently_failed\` and its message asks to look it up in Advoware. Enter the number of the party
in \`betnr\`; if it is not there, create it in Advoware by hand and enter its number. With \`ADVOWARE_SEARCH\` Tandem looks it up by
itself.
`,
};
