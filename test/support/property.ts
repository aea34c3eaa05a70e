import fc from 'fast-check';
import { z } from 'zod';

const settings = z
  .object({
    /** Cases per property. */
    FC_RUNS: z.coerce.number().int().positive().default(1_000),
    /** The seed that a failure has printed: the same cases again. */
    FC_SEED: z.coerce.number().int().optional(),
  })
  .parse(process.env);

/** Checks a property with as many cases as FC_RUNS says; a failure tells its seed and the path to the smallest case. */
export function holdsAlways<Cases>(property: fc.IProperty<Cases>): void {
  const seed = settings.FC_SEED;
  fc.assert(property, { numRuns: settings.FC_RUNS, ...(seed === undefined ? {} : { seed }) });
}

/** As `holdsAlways`, for whole campaigns, which take longer: a share of FC_RUNS cases, at least one. */
export async function holdsAlwaysAsync<Cases>(
  property: fc.IAsyncProperty<Cases>,
  { share = 1, atMost = Number.MAX_SAFE_INTEGER } = {},
): Promise<void> {
  const seed = settings.FC_SEED;
  const numRuns = Math.min(atMost, Math.max(1, Math.round(settings.FC_RUNS * share)));
  // What is found is told in time, however long a search for the smallest case would go on.
  const inTime = { interruptAfterTimeLimit: Math.max(600_000, numRuns * 1_000), markInterruptAsFailure: true };
  await fc.assert(property, { numRuns, ...inTime, ...(seed === undefined ? {} : { seed }) });
}
