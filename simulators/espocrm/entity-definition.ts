/** How EspoCRM describes an entity: the part of its metadata that decides what a request may do. */
export type FieldDefinition =
  | { type: 'varchar'; maxLength: number; required?: true }
  | { type: 'text'; maxLength?: number }
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

/** Every address field comes in five parts; the street may have several lines. */
const address: EntityDefinition['fields'] = {
  addressStreet: { type: 'text', maxLength: 255 },
  addressCity: varchar(100),
  addressState: varchar(100),
  addressPostalCode: varchar(40),
  addressCountry: varchar(100),
};

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

/** Of the custom fields by which a contact knows its twin in another CRM. */
const twinStates = ['', 'clean', 'failed', 'permanently_failed', 'conflict', 'deleted_in_twin'];

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
  Contact: {
    type: 'Person',
    optimisticConcurrencyControl: false,
    fields: {
      ...person,
      ...address,
      title: varchar(100),
      doNotCall: { type: 'bool' },
      cTwinId: varchar(100),
      cTwinVersion: varchar(100),
      cTwinLastSync: { type: 'datetime' },
      cSyncStatus: { type: 'enum', options: twinStates },
      cSyncAttempts: { type: 'int' },
      cSyncMessage: { type: 'text' },
    },
  },
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
