import { and, eq, inArray } from 'drizzle-orm';
import { builtOnce, slot, type SlotValues, unnamed } from '../../built-once.ts';
import type { Database } from '../../database.ts';
import { givenIds, isAnyOfIds } from '../../is-any-of.ts';
import { type AnyViewer, anyViewer, isSettledIn, type Viewer, viewerKey, viewerValues } from '../viewer.ts';
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
  readonly #people = builtOnce(() => this.#peopleFor(), viewerKey);
  readonly #projects = builtOnce((viewer: AnyViewer) => this.#projectsFor(viewer), viewerKey);
  readonly #companies = builtOnce((viewer: AnyViewer) => this.#companiesFor(viewer), viewerKey);
  readonly #taskLists = builtOnce((viewer: AnyViewer) => this.#taskListsFor(viewer), viewerKey);
  readonly #workflowStatuses = builtOnce(() => this.#workflowStatusesFor(), viewerKey);

  constructor(db: Database) {
    this.#db = db;
  }

  people(viewer: Viewer, ids: readonly number[]) {
    return this.#people(anyViewer(viewer)).execute(valuesFor(viewer, ids));
  }

  projects(viewer: Viewer, ids: readonly number[]) {
    return this.#projects(anyViewer(viewer)).execute(valuesFor(viewer, ids));
  }

  companies(viewer: Viewer, ids: readonly number[]) {
    return this.#companies(anyViewer(viewer)).execute(valuesFor(viewer, ids));
  }

  taskLists(viewer: Viewer, ids: readonly number[]) {
    return this.#taskLists(anyViewer(viewer)).execute(valuesFor(viewer, ids));
  }

  /** They belong to nobody. */
  workflowStatuses(viewer: Viewer, ids: readonly number[]) {
    return this.#workflowStatuses(anyViewer(viewer)).execute(valuesFor(viewer, ids));
  }

  #peopleFor() {
    const isNamed = isAnyOfIds(portalPeople.id, named);
    return this.#db.select(personColumns).from(portalPeople).where(isNamed).orderBy(portalPeople.id).prepare(unnamed);
  }

  #projectsFor(viewer: AnyViewer) {
    const isTheirs = viewer.role === 'admin' ? undefined : eq(portalProjects.companyId, viewer.companyId);
    const isNamed = and(isAnyOfIds(portalProjects.id, named), isTheirs);
    return this.#db.select().from(portalProjects).where(isNamed).orderBy(portalProjects.id).prepare(unnamed);
  }

  #companiesFor(viewer: AnyViewer) {
    const isTheirs = viewer.role === 'admin' ? undefined : eq(portalCompanies.id, viewer.companyId);
    const isNamed = and(isAnyOfIds(portalCompanies.id, named), isTheirs);
    return this.#db.select().from(portalCompanies).where(isNamed).orderBy(portalCompanies.id).prepare(unnamed);
  }

  #taskListsFor(viewer: AnyViewer) {
    const isNamed = and(isAnyOfIds(portalTaskLists.id, named), this.#isInTheirProject(viewer));
    return this.#db.select().from(portalTaskLists).where(isNamed).orderBy(portalTaskLists.id).prepare(unnamed);
  }

  #workflowStatusesFor() {
    const { id } = portalWorkflowStatuses;
    return this.#db.select().from(portalWorkflowStatuses).where(isAnyOfIds(id, named)).orderBy(id).prepare(unnamed);
  }

  #isInTheirProject(viewer: AnyViewer) {
    if (viewer.role === 'admin') return undefined;
    const theirs = eq(portalProjects.companyId, viewer.companyId);
    const projects = this.#db.select({ id: portalProjects.id }).from(portalProjects).where(theirs);
    return and(inArray(portalTaskLists.projectId, projects), isSettledIn('task_lists', portalTaskLists.id, 'project'));
  }
}

const named = slot('ids');
const valuesFor = (viewer: Viewer, ids: readonly number[]): SlotValues => ({
  ids: givenIds(ids),
  ...viewerValues(viewer),
});
