import { inArray } from 'drizzle-orm';
import type { Database } from '../../database.ts';
import {
  portalCompanies,
  portalPeople,
  portalProjects,
  portalTaskLists,
  portalWorkflowStatuses,
} from '../work-tables.ts';

/**
 * Records that are named by others. Who may see a record may know what it names; therefore only ids out of records that the
 * asker was shown may be given. Deleted ones are shown as well: the name of who wrote a comment does not vanish with him.
 */
export class NamedReadings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  people(ids: readonly number[]) {
    return this.#db
      .select()
      .from(portalPeople)
      .where(inArray(portalPeople.id, [...ids]))
      .orderBy(portalPeople.id);
  }

  projects(ids: readonly number[]) {
    return this.#db
      .select()
      .from(portalProjects)
      .where(inArray(portalProjects.id, [...ids]))
      .orderBy(portalProjects.id);
  }

  companies(ids: readonly number[]) {
    return this.#db
      .select()
      .from(portalCompanies)
      .where(inArray(portalCompanies.id, [...ids]))
      .orderBy(portalCompanies.id);
  }

  taskLists(ids: readonly number[]) {
    return this.#db
      .select()
      .from(portalTaskLists)
      .where(inArray(portalTaskLists.id, [...ids]))
      .orderBy(portalTaskLists.id);
  }

  workflowStatuses(ids: readonly number[]) {
    return this.#db
      .select()
      .from(portalWorkflowStatuses)
      .where(inArray(portalWorkflowStatuses.id, [...ids]))
      .orderBy(portalWorkflowStatuses.id);
  }
}
