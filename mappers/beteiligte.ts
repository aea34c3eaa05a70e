import { choice, type Codec, day, text } from '../engine/codec.ts';
import { definePair, type MappedField, type PairDefinition } from '../engine/pair.ts';

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

type Row = readonly [
  name: string,
  espocrm: string,
  advoware: string,
  codec: Codec,
  group: 'name' | 'person' | 'company',
  required?: 'required',
];

const table: readonly Row[] = [
  ['lastName', 'lastName', 'name', text(), 'name', 'required'],
  ['firstName', 'firstName', 'vorname', text(), 'name'],
  ['salutation', 'salutationName', 'anrede', salutation, 'name'],
  ['title', 'titel', 'titel', text(), 'name'],
  ['letterSalutation', 'briefAnrede', 'bAnrede', text(), 'name'],
  ['nameSuffix', 'zusatz', 'zusatz', text(), 'name'],
  ['shortName', 'kurzname', 'kurzname', text(), 'name'],
  ['birthName', 'geburtsname', 'geburtsname', text(), 'person'],
  ['dateOfBirth', 'dateOfBirth', 'geburtsdatum', day('midnight'), 'person'],
  ['maritalStatus', 'familienstand', 'familienstand', text(), 'person'],
  ['legalForm', 'rechtsform', 'rechtsform', legalForm, 'company'],
  ['kind', 'art', 'art', text(), 'company'],
  ['registerNumber', 'handelsregisterNummer', 'handelsRegisterNummer', text(), 'company'],
  ['registerCourt', 'registergericht', 'registergericht', text(), 'company'],
];

const toField =
  (readOnlyInAdvoware: readonly string[]) =>
  ([name, espocrm, advoware, codec, group, required]: Row): MappedField => ({
    name,
    attribute: { master: espocrm, replica: advoware },
    codec,
    direction: 'both',
    group,
    readOnlyOn: readOnlyInAdvoware.includes(advoware) ? ['replica'] : [],
    required: required !== undefined,
  });

/** The parties of a law firm: EspoCRM `CBeteiligte` (master) and Advoware `Beteiligte` (replica), master data only. */
export function beteiligte({ readOnlyInAdvoware }: BeteiligteOptions): PairDefinition {
  return definePair({
    name: 'beteiligte',
    title: {
      master: { system: 'EspoCRM', entity: 'CBeteiligte' },
      replica: { system: 'Advoware', entity: 'Beteiligte' },
    },
    fields: table.map(toField(readOnlyInAdvoware)),
    contested: { name: 'master', person: 'master', company: 'master' },
    firstSync: 'master',
    identity: [
      { name: 'commercial register', fields: ['registerCourt', 'registerNumber'], strength: 'strong' },
      { name: 'name and birth date', fields: ['lastName', 'firstName', 'dateOfBirth'], strength: 'weak' },
    ],
    createOn: ['replica', 'master'],
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
}
