import { type Column, type SQL, sql } from 'drizzle-orm';

/** Whether the fate of a ledger's row is not known yet. Without parameters: with them the index would not be recognised. */
export const isUnsettled = (state: Column): SQL => sql`${state} in ('planned', 'asked')`;
