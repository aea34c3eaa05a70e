import type { FastifyInstance } from 'fastify';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { createCurrency } from './currency.ts';
import { addGetCompanies, addGetCompany } from './get-companies.ts';
import { addGetDiscussion } from './get-discussion.ts';
import { addGetOwnPages } from './get-own-pages.ts';
import { addGetPeople, addGetPerson } from './get-people.ts';
import { addGetProject, addGetProjects } from './get-projects.ts';
import { addGetStructure } from './get-structure.ts';
import { addGetTask } from './get-task.ts';
import { addGetTasks } from './get-tasks.ts';

/** What the portal's screens show. Everything comes out of the portal's own tables, unless the settings say otherwise. */
export function addReadingRoutes(app: FastifyInstance, deps: PortalDependencies): void {
  const { checker, now, portal } = deps;
  const currency = createCurrency({ rules: portal.currency, checker, now });
  addGetCompanies(app, deps);
  addGetCompany(app, deps, currency);
  addGetProjects(app, deps, currency);
  addGetProject(app, deps, currency);
  addGetPeople(app, deps);
  addGetPerson(app, deps, currency);
  addGetTasks(app, deps, currency);
  addGetTask(app, deps, currency);
  addGetDiscussion(app, deps);
  addGetStructure(app, deps);
  addGetOwnPages(app, deps);
}
