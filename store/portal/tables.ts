import {
  portalBookings,
  portalDeals,
  portalExpenses,
  portalInvoices,
  portalPayments,
  portalServices,
  portalTimeEntries,
} from './business-tables.ts';
import {
  portalActivities,
  portalAttachments,
  portalComments,
  portalCompanies,
  portalPeople,
  portalProjects,
  portalTaskLists,
  portalTasks,
  portalWorkflowStatuses,
} from './work-tables.ts';

/** The tables that are kept equal with Productive, by the name of their entity (and of their pair). */
export const syncedTables = {
  companies: portalCompanies,
  people: portalPeople,
  projects: portalProjects,
  workflow_statuses: portalWorkflowStatuses,
  task_lists: portalTaskLists,
  tasks: portalTasks,
  comments: portalComments,
  attachments: portalAttachments,
  deals: portalDeals,
  services: portalServices,
  time_entries: portalTimeEntries,
  bookings: portalBookings,
  invoices: portalInvoices,
  expenses: portalExpenses,
  payments: portalPayments,
  activities: portalActivities,
};

export type SyncedEntity = keyof typeof syncedTables;
export type SyncedTable = (typeof syncedTables)[SyncedEntity];
