import type { EspoCrmClient } from './client.ts';
import type { OwnUser } from './own-user.ts';

/** What everything that reads or writes records of one instance needs. */
export interface Parts {
  readonly client: EspoCrmClient;
  readonly ownUser: OwnUser;
}
