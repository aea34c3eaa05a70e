import { boolean, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { time } from '../column-types.ts';
import { portalColumns, reference } from './columns.ts';
import { portalProjects } from './work-tables.ts';

/** What a page of the portal's own has: Productive knows nothing of it and no pair touches it. */
const pageColumns = () => ({
  ...portalColumns(),
  projectId: reference('project_id', () => portalProjects.id),
  title: text('title').notNull(),
  /** Markdown. */
  body: text('body').notNull().default(''),
  /** Among the others of its project, from 0. */
  position: integer('position').notNull().default(0),
  /** Not for clients. */
  private: boolean('private').notNull().default(false),
  /** The user who wrote it first, as his token names him. */
  createdBy: text('created_by').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
});

/** What is agreed to be done for a client, in the house's own words. */
export const portalServiceOverviews = pgTable('portal_service_overviews', pageColumns(), (table) => [
  index('portal_service_overviews_project').on(table.projectId, table.position, table.id),
]);

/** Documentation of a project. */
export const portalDocuments = pgTable('portal_documents', pageColumns(), (table) => [
  index('portal_documents_project').on(table.projectId, table.position, table.id),
]);
