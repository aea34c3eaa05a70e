/** How EspoCRM describes an entity: the part of its metadata that decides what a request may do. */
export type FieldDefinition =
  | { type: 'varchar'; maxLength: number; required?: true }
  | { type: 'text' }
  | { type: 'enum'; options: readonly string[]; default?: string }
  | { type: 'int'; default?: number; min?: number; max?: number }
  | { type: 'bool' }
  | { type: 'date' }
  | { type: 'datetime' }
  | { type: 'email' }
  | { type: 'phone' };

export interface EntityDefinition {
  type: 'Person' | 'Company';
  optimisticConcurrencyControl: boolean;
  fields: Readonly<Record<string, FieldDefinition>>;
}

const varchar = (maxLength: number): FieldDefinition => ({ type: 'varchar', maxLength });

const person: EntityDefinition['fields'] = {
  salutationName: { type: 'enum', options: ['', 'Mr.', 'Ms.', 'Mrs.', 'Dr.'] },
  firstName: varchar(100),
  lastName: { type: 'varchar', maxLength: 100, required: true },
  description: { type: 'text' },
  emailAddress: { type: 'email' },
  phoneNumber: { type: 'phone' },
};

const legalForms = [
  '',
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
];

const maritalStates = [
  '',
  'ledig',
  'verheiratet',
  'geschieden',
  'verwitwet',
  'getrennt lebend',
  'eingetragene Lebenspartnerschaft',
];

const syncStates = [
  'clean',
  'dirty',
  'pending_sync',
  'syncing',
  'failed',
  'conflict',
  'deleted_in_advoware',
  'permanently_failed',
];

export const entityDefinitions: Readonly<Record<string, EntityDefinition>> = {
  CBeteiligte: {
    type: 'Person',
    optimisticConcurrencyControl: true,
    fields: {
      ...person,
      dateOfBirth: { type: 'date' },
      titel: varchar(50),
      briefAnrede: varchar(100),
      zusatz: varchar(100),
      kurzname: varchar(50),
      geburtsname: varchar(100),
      familienstand: { type: 'enum', options: maritalStates },
      rechtsform: { type: 'enum', options: legalForms },
      art: varchar(50),
      handelsregisterNummer: varchar(50),
      registergericht: varchar(100),
      aktiv: { type: 'bool' },
      betnr: varchar(50),
      advowareRowId: varchar(100),
      advowareLastSync: { type: 'datetime' },
      syncStatus: { type: 'enum', options: syncStates, default: 'pending_sync' },
      syncRetryCount: { type: 'int', default: 0 },
      syncErrorMessage: { type: 'text' },
    },
  },
  Contact: { type: 'Person', optimisticConcurrencyControl: false, fields: { ...person, title: varchar(100) } },
  Account: {
    type: 'Company',
    optimisticConcurrencyControl: false,
    fields: {
      name: { type: 'varchar', maxLength: 249, required: true },
      website: varchar(255),
      description: { type: 'text' },
    },
  },
};
