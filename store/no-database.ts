import type { OpenDatabase } from './database.ts';

/** The database was not reached so far: whatever needs it is tried again later. */
export class NoDatabase extends Error {
  readonly code = 'no_database';
  constructor() {
    super('The database does not answer yet');
    this.name = 'NoDatabase';
  }
}

/** @throws NoDatabase while it does not answer yet */
export function reached(database: OpenDatabase | null): OpenDatabase {
  if (database === null) throw new NoDatabase();
  return database;
}
