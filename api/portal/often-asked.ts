import type { PortalReadings } from '../../store/portal/readings.ts';
import type { SyncedEntity } from '../../store/portal/tables.ts';
import { ApiError } from '../api-error.ts';
import { RememberedFor } from '../remembered-for.ts';

/** What changes in the database is heeded after this time at the latest. */
const rememberedMs = 1_000;
const companiesAtMost = 1_000;
const kindsAtMost = 100;

/** What nearly every request asks the database, asked once in a second by all of them. */
export interface OftenAsked {
  /** The portal's id of a company, by Productive's. @throws ApiError 403 if it is not here; that is not remembered */
  companyOf(productiveId: string): Promise<number>;
  /** When the changes of this kind in Productive were last read to the end; null: they never were. */
  caughtUpAt(entity: SyncedEntity): Promise<Date | null>;
}

/** @param nowMs of a clock that is never put back */
export function createOftenAsked(store: () => PortalReadings, nowMs: () => number): OftenAsked {
  const companies = new RememberedFor({
    ...{ ms: rememberedMs, atMost: companiesAtMost, nowMs },
    ask: async (productiveId: string) => (await store().companyOf(productiveId)) ?? unknownCompany(productiveId),
  });
  const kinds = new RememberedFor({
    ...{ ms: rememberedMs, atMost: kindsAtMost, nowMs },
    ask: async (entity: SyncedEntity) => store().caughtUpAt(entity),
  });
  return { companyOf: (id) => companies.of(id), caughtUpAt: (entity) => kinds.of(entity) };
}

function unknownCompany(productiveId: string): never {
  throw new ApiError(
    403,
    'unknown_company',
    `The portal does not have the company ${productiveId} that the token names; is it in Productive?`,
  );
}
