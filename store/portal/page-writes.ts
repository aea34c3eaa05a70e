import { and, eq, isNull } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { portalDocuments, portalServiceOverviews } from './own-tables.ts';
import { stored } from './task-writes.ts';

/** The portal's own pages, which no system but the portal knows. */
const pageTables = { service_overviews: portalServiceOverviews, documents: portalDocuments } as const;
export type PageEntity = keyof typeof pageTables;
export type PageRow = typeof portalDocuments.$inferSelect;
export type NewPage = Pick<PageRow, 'projectId' | 'title' | 'body' | 'position' | 'private' | 'createdBy'>;
export type PageChanges = Partial<Pick<PageRow, 'title' | 'body' | 'position' | 'private' | 'deletedAt'>>;

/** A page that is there. Nobody else changes it until the transaction ends. */
export async function lockPage(tx: Database, entity: PageEntity, id: number): Promise<PageRow | null> {
  const table = pageTables[entity];
  const [row] = await tx
    .select()
    .from(table)
    .where(and(eq(table.id, id), isNull(table.deletedAt)))
    .for('update');
  return row ?? null;
}

export async function insertPage(tx: Database, entity: PageEntity, values: NewPage): Promise<PageRow> {
  const [row] = await tx.insert(pageTables[entity]).values(values).returning();
  return stored(row);
}

export async function updatePage(tx: Database, entity: PageEntity, id: number, changes: PageChanges): Promise<PageRow> {
  const table = pageTables[entity];
  const [row] = await tx.update(table).set(changes).where(eq(table.id, id)).returning();
  return stored(row);
}
