import { and, eq, inArray } from 'drizzle-orm';
import type { Database } from '../../database.ts';
import { isAnyOf } from '../../is-any-of.ts';
import { isSettledIn, type Viewer } from '../viewer.ts';
import { personColumns } from './people-readings.ts';
import {
  portalCompanies,
  portalPeople,
  portalProjects,
  portalTaskLists,
  portalWorkflowStatuses,
} from '../work-tables.ts';

/**
 * Records that are named by others. Only ids out of records that the asker was shown may be given. People are known to whoever
 * sees what they had to do with; what belongs to a company is shown to its own clients only, whoever names it. Deleted ones are
 * shown as well: the name of who wrote a comment does not vanish with him.
 */
export class NamedReadings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  people(ids: readonly number[]) {
    return this.#db
      .select(personColumns)
      .from(portalPeople)
      .where(isAnyOf(portalPeople.id, ids))
      .orderBy(portalPeople.id);
  }

  projects(viewer: Viewer, ids: readonly number[]) {
    const isTheirs = viewer.role === 'admin' ? undefined : eq(portalProjects.companyId, viewer.companyId);
    return this.#db
      .select()
      .from(portalProjects)
      .where(and(isAnyOf(portalProjects.id, ids), isTheirs))
      .orderBy(portalProjects.id);
  }

  companies(viewer: Viewer, ids: readonly number[]) {
    const isTheirs = viewer.role === 'admin' ? undefined : eq(portalCompanies.id, viewer.companyId);
    return this.#db
      .select()
      .from(portalCompanies)
      .where(and(isAnyOf(portalCompanies.id, ids), isTheirs))
      .orderBy(portalCompanies.id);
  }

  taskLists(viewer: Viewer, ids: readonly number[]) {
    return this.#db
      .select()
      .from(portalTaskLists)
      .where(and(isAnyOf(portalTaskLists.id, ids), this.#isInTheirProject(viewer)))
      .orderBy(portalTaskLists.id);
  }

  /** They belong to nobody. */
  workflowStatuses(ids: readonly number[]) {
    return this.#db
      .select()
      .from(portalWorkflowStatuses)
      .where(isAnyOf(portalWorkflowStatuses.id, ids))
      .orderBy(portalWorkflowStatuses.id);
  }

  #isInTheirProject(viewer: Viewer) {
    if (viewer.role === 'admin') return undefined;
    const theirs = eq(portalProjects.companyId, viewer.companyId);
    const projects = this.#db.select({ id: portalProjects.id }).from(portalProjects).where(theirs);
    return and(inArray(portalTaskLists.projectId, projects), isSettledIn('task_lists', portalTaskLists.id, 'project'));
  }
}
