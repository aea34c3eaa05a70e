import { z } from 'zod';
import { portalId } from '../shapes.ts';

/** A record of the portal, as a filter. */
export const idFilter = portalId.transform(Number).optional();
/** Productive's id of a record. */
export const productiveIdFilter = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,50}$/)
  .optional();
export const archivedFilter = z
  .enum(['false', 'true', 'all'])
  .optional()
  .describe('Archived ones are left out unless they are asked for, or one record is named');

interface ArchivedWish {
  readonly archived?: z.infer<typeof archivedFilter>;
  readonly productiveId?: string | undefined;
}

/** Undefined: archived or not. */
export function archivedIn({ archived, productiveId }: ArchivedWish): boolean | undefined {
  const wanted = archived ?? (productiveId === undefined ? 'false' : 'all');
  return wanted === 'all' ? undefined : wanted === 'true';
}
export const idParams = z.object({ id: portalId });
