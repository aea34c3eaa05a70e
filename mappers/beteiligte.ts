import { choice, day, text } from '../engine/codec.ts';
import { definePair, field, strong, weak } from '../engine/define-pair.ts';
import { masterWins } from '../engine/policy.ts';

/** The fields that Advoware is known to ignore on writing (8 of 14 take effect); see docs/pairs/beteiligte.md. */
export const ignoredByAdvoware: readonly string[] = [
  'art',
  'kurzname',
  'geburtsname',
  'familienstand',
  'handelsRegisterNummer',
  'registergericht',
];

export interface BeteiligteOptions {
  /** Advoware's names of the fields that it does not take. */
  readonly readOnlyInAdvoware: readonly string[];
}

const salutation = choice([
  ['Mr.', 'Herr'],
  ['Ms.', 'Frau'],
  ['Mrs.', 'Frau'],
]);

const legalForm = choice(
  [
    'natuerliche Person',
    'GmbH',
    'AG',
    'OHG',
    'KG',
    'GmbH & Co. KG',
    'GbR',
    'e.V.',
    'Einzelunternehmen',
    'Partnerschaft',
    'Behörde',
    'Sonstige',
  ].map((form) => [form, form === 'natuerliche Person' ? 'natürliche Person' : form] as const),
);

/** The parties of a law firm: EspoCRM `CBeteiligte` (master) and Advoware `Beteiligte` (replica), master data only. */
export const beteiligte = ({ readOnlyInAdvoware }: BeteiligteOptions) =>
  definePair({
    name: 'beteiligte',
    master: { system: 'EspoCRM', entity: 'CBeteiligte' },
    replica: { system: 'Advoware', entity: 'Beteiligte' },
    fields: {
      lastName: field('lastName', 'name', text(), { group: 'name', required: true }),
      firstName: field('firstName', 'vorname', text(), { group: 'name' }),
      salutation: field('salutationName', 'anrede', salutation, { group: 'name' }),
      title: field('titel', 'titel', text(), { group: 'name' }),
      letterSalutation: field('briefAnrede', 'bAnrede', text(), { group: 'name' }),
      nameSuffix: field('zusatz', 'zusatz', text(), { group: 'name' }),
      shortName: field('kurzname', 'kurzname', text(), { group: 'name' }),
      birthName: field('geburtsname', 'geburtsname', text(), { group: 'person' }),
      dateOfBirth: field('dateOfBirth', 'geburtsdatum', day('midnight'), { group: 'person' }),
      maritalStatus: field('familienstand', 'familienstand', text(), { group: 'person' }),
      legalForm: field('rechtsform', 'rechtsform', legalForm, { group: 'company' }),
      kind: field('art', 'art', text(), { group: 'company' }),
      registerNumber: field('handelsregisterNummer', 'handelsRegisterNummer', text(), { group: 'company' }),
      registerCourt: field('registergericht', 'registergericht', text(), { group: 'company' }),
    },
    groups: { name: masterWins, person: masterWins, company: masterWins },
    ignored: { replica: readOnlyInAdvoware },
    identity: [
      strong('commercial register', ['registerCourt', 'registerNumber']),
      weak('name and birth date', ['lastName', 'firstName', 'dateOfBirth']),
    ],
    // Advoware deletes nothing for other programs, and a law firm's party is nothing to delete unasked.
    whenPartnerDeleted: { master: { kind: 'ask' }, replica: { kind: 'ask' } },
    status: {
      replicaId: 'betnr',
      replicaVersion: 'advowareRowId',
      lastSync: 'advowareLastSync',
      state: 'syncStatus',
      attempts: 'syncRetryCount',
      message: 'syncErrorMessage',
    },
    states: {
      clean: 'clean',
      failed: 'failed',
      permanently_failed: 'permanently_failed',
      conflict: 'conflict',
      deleted_in_replica: 'deleted_in_advoware',
    },
  });
