import { type AnyColumn, and, eq, inArray, isNull, or, type Placeholder, type SQL, sql } from 'drizzle-orm';
import { slot, type SlotValues } from '../built-once.ts';
import type { Database } from '../database.ts';
import { links } from '../schema.ts';
import type { SyncedEntity } from './tables.ts';
import { portalCompanies, portalPeople, portalProjects, portalTaskLists, portalTasks } from './work-tables.ts';

interface Admin {
  readonly role: 'admin';
}
interface Client<CompanyId> {
  readonly role: 'client';
  readonly companyId: CompanyId;
}

/** For whom records are read: clients see what is their company's and not private, and nothing else. */
export type Viewer = Admin | Client<number>;

/** A viewer in a statement that is built once. */
export type AnyViewer = Admin | Client<Placeholder>;

export const anyViewer = ({ role }: Viewer): AnyViewer =>
  role === 'admin' ? { role } : { role, companyId: slot('viewersCompanyId') };

/** What a statement for any viewer of this role is given. */
export const viewerValues = (viewer: Viewer): SlotValues =>
  viewer.role === 'admin' ? {} : { viewersCompanyId: viewer.companyId };

/** Tells viewers apart for whom other statements are built. */
export const viewerKey = ({ role }: AnyViewer): string => role;

/**
 * A condition on records that belong somewhere else in Productive by now, but to something that is not here yet: the row still
 * names what they belonged to before, while the rest of it is new. Until that is settled nobody can say that it is for clients.
 */
export const isSettledIn = (entity: SyncedEntity, id: AnyColumn, field: string): SQL => sql`${id} not in (
  select ${links.replicaId}::bigint from ${links}
  where ${links.pair} = ${entity} and ${links.replicaId} is not null and ${links.fieldNotes} <> '{}'::jsonb
    and ${links.fieldNotes} -> ${field}::text ->> 'kind' = 'waiting')`;

/** A condition on `portal_projects`. */
export const visibleProjects = (viewer: Viewer | AnyViewer): SQL | undefined =>
  and(
    isNull(portalProjects.deletedAt),
    ...(viewer.role === 'admin'
      ? []
      : [eq(portalProjects.companyId, viewer.companyId), isSettledIn('projects', portalProjects.id, 'company')]),
  );

/** A condition on `portal_task_lists`. */
export const visibleTaskLists = (db: Database, viewer: Viewer | AnyViewer): SQL | undefined =>
  and(
    isNull(portalTaskLists.deletedAt),
    ...(viewer.role === 'admin'
      ? []
      : [
          inArray(portalTaskLists.projectId, projectsOf(db, viewer)),
          isSettledIn('task_lists', portalTaskLists.id, 'project'),
        ]),
  );

const projectsOf = (db: Database, viewer: Viewer | AnyViewer) =>
  db.select({ id: portalProjects.id }).from(portalProjects).where(visibleProjects(viewer));

type TaskColumns = Readonly<Record<'id' | 'projectId' | 'private' | 'deletedAt', AnyColumn>>;

/** A condition on `portal_tasks`, whatever a statement calls it. One of which nobody has said that it is not private is taken for private. */
export const visibleTasks = (
  db: Database,
  viewer: Viewer | AnyViewer,
  tasks: TaskColumns = portalTasks,
): SQL | undefined =>
  and(
    isNull(tasks.deletedAt),
    ...(viewer.role === 'admin'
      ? []
      : [
          eq(tasks.private, false),
          inArray(tasks.projectId, projectsOf(db, viewer)),
          isSettledIn('tasks', tasks.id, 'project'),
        ]),
  );

/** A condition on `portal_companies`. */
export const visibleCompanies = (viewer: Viewer | AnyViewer): SQL | undefined =>
  and(
    isNull(portalCompanies.deletedAt),
    viewer.role === 'admin' ? undefined : eq(portalCompanies.id, viewer.companyId),
  );

/** A condition on `portal_people`: clients know their own, and whoever has to do with their tasks and projects. */
export function visiblePeople(db: Database, viewer: Viewer | AnyViewer): SQL | undefined {
  if (viewer.role === 'admin') return isNull(portalPeople.deletedAt);
  const tasks = (name: 'assigneeId' | 'creatorId') =>
    db.select({ id: portalTasks[name] }).from(portalTasks).where(visibleTasks(db, viewer));
  const managers = db
    .select({ id: portalProjects.projectManagerId })
    .from(portalProjects)
    .where(visibleProjects(viewer));
  return and(
    isNull(portalPeople.deletedAt),
    or(
      and(eq(portalPeople.companyId, viewer.companyId), isSettledIn('people', portalPeople.id, 'company')),
      inArray(portalPeople.id, tasks('assigneeId')),
      inArray(portalPeople.id, tasks('creatorId')),
      inArray(portalPeople.id, managers),
    ),
  );
}

/** The portal's id of a company that is there, by Productive's. */
export async function companyOf(db: Database, productiveId: string): Promise<number | null> {
  const [found] = await db
    .select({ id: portalCompanies.id })
    .from(portalCompanies)
    .where(and(eq(portalCompanies.productiveId, productiveId), isNull(portalCompanies.deletedAt)));
  return found?.id ?? null;
}
