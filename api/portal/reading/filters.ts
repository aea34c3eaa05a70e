import { z } from 'zod';
import { portalId } from '../shapes.ts';

/** A record of the portal, as a filter. */
export const idFilter = portalId.transform(Number).optional();
/** Productive's id of a record. */
export const productiveIdFilter = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,50}$/)
  .optional();
/** Archived ones are left out unless they are asked for. */
export const archivedFilter = z
  .enum(['false', 'true', 'all'])
  .default('false')
  .transform((wanted) => (wanted === 'all' ? undefined : wanted === 'true'));
export const idParams = z.object({ id: portalId });
