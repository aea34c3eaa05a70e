import { eq, isNotNull, isNull, type SQL } from 'drizzle-orm';
import { slot } from '../../built-once.ts';
import type { portalCompanies, portalProjects } from '../work-tables.ts';
import type { ListShape } from './list-shape.ts';

/** Lists of these can be narrowed to what is archived or not, and to one record by its id in Productive. */
type Archivable = typeof portalProjects | typeof portalCompanies;

export const isArchived = ({ archivedAt }: Archivable, { archived }: ListShape['filter']): SQL | undefined =>
  archived === undefined ? undefined : archived ? isNotNull(archivedAt) : isNull(archivedAt);

export const isProductives = (table: Archivable, { productiveId }: ListShape['filter']): SQL | undefined =>
  productiveId === undefined ? undefined : eq(table.productiveId, slot('productiveId'));
