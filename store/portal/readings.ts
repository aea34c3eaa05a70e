import type { Database } from '../database.ts';
import { companyOf } from './viewer.ts';

/** What the portal's users read. */
export class PortalReadings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  companyOf(productiveId: string): Promise<number | null> {
    return companyOf(this.#db, productiveId);
  }
}
