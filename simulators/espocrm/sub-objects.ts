import type { EspoRecord } from './database.ts';
import type { EntityDefinition } from './entity-definition.ts';

/** E-mail and phone have a second view beside the primary value. Here a record has one of each. */
export function withSubObjects({ fields }: EntityDefinition, record: EspoRecord): Record<string, unknown> {
  const { emailAddress, phoneNumber } = record;
  const flags = { primary: true, optOut: false, invalid: false };
  return {
    ...record,
    ...(fields['emailAddress'] !== undefined && {
      emailAddressData:
        typeof emailAddress === 'string' ? [{ emailAddress, lower: emailAddress.toLowerCase(), ...flags }] : [],
    }),
    ...(fields['phoneNumber'] !== undefined && {
      phoneNumberData: typeof phoneNumber === 'string' ? [{ phoneNumber, type: 'Mobile', ...flags }] : [],
    }),
  };
}
