import type { Attributes } from '../engine/values.ts';
import type { Database } from './database.ts';

/** One of many records holds what its table does not take. */
export class UnfitRecords extends Error {
  readonly code = 'unfit_records';
  constructor(options: ErrorOptions) {
    super('A record holds a value that its table does not take', options);
    this.name = 'UnfitRecords';
  }
}

export interface OwnRow {
  readonly id: string;
  readonly version: string;
  readonly attributes: Attributes;
}

/**
 * The records of a system whose tables are in this very database: many of them can be written in one transaction, together
 * with what is remembered of them.
 */
export interface OwnRecords {
  /**
   * In one statement. Values as for the system's connector. A record whose marker is taken already is left out.
   * @returns by the marker's value
   * @throws UnfitRecords if the database does not take one of them: nothing was created, and the transaction goes on
   */
  createMany(
    tx: Database,
    entity: string,
    marker: string,
    rows: readonly Attributes[],
  ): Promise<ReadonlyMap<string, OwnRow>>;
  /** Takes back what was created in this transaction. */
  takeBack(tx: Database, entity: string, ids: readonly string[]): Promise<void>;
}
