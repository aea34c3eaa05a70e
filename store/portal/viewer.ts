import { and, eq, inArray, isNull, type SQL } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { portalCompanies, portalProjects, portalTasks } from './work-tables.ts';

/** For whom records are read: clients see what is their company's and not private, and nothing else. */
export type Viewer = { readonly role: 'admin' } | { readonly role: 'client'; readonly companyId: number };

/** A condition on `portal_projects`. */
export const visibleProjects = (viewer: Viewer): SQL | undefined =>
  and(
    isNull(portalProjects.deletedAt),
    viewer.role === 'admin' ? undefined : eq(portalProjects.companyId, viewer.companyId),
  );

/** A condition on `portal_tasks`. A task of which nobody has said that it is not private is taken for private. */
export const visibleTasks = (db: Database, viewer: Viewer): SQL | undefined =>
  and(
    isNull(portalTasks.deletedAt),
    ...(viewer.role === 'admin'
      ? []
      : [
          eq(portalTasks.private, false),
          inArray(
            portalTasks.projectId,
            db.select({ id: portalProjects.id }).from(portalProjects).where(visibleProjects(viewer)),
          ),
        ]),
  );

/** The portal's id of a company that is there, by Productive's. */
export async function companyOf(db: Database, productiveId: string): Promise<number | null> {
  const [found] = await db
    .select({ id: portalCompanies.id })
    .from(portalCompanies)
    .where(and(eq(portalCompanies.productiveId, productiveId), isNull(portalCompanies.deletedAt)));
  return found?.id ?? null;
}
