import { bigint, boolean, date, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { time } from '../column-types.ts';
import { reference, syncedColumns } from './columns.ts';
import { portalCompanies, portalPeople, portalProjects, portalTasks } from './work-tables.ts';

/** In the currency's smallest unit, as Productive counts. */
const money = (name: string) => bigint(name, { mode: 'number' });

/** Deals and budgets: a budget is a deal with `budget`. */
export const portalDeals = pgTable(
  'portal_deals',
  {
    ...syncedColumns(),
    name: text('name'),
    budget: boolean('budget'),
    date: date('date', { mode: 'string' }),
    endDate: date('end_date', { mode: 'string' }),
    /** 1: internal. 2: for a client. */
    dealTypeId: integer('deal_type_id'),
    currency: text('currency'),
    closedAt: time('closed_at'),
    lastActivityAt: time('last_activity_at'),
    companyId: reference('company_id', () => portalCompanies.id),
    projectId: reference('project_id', () => portalProjects.id),
  },
  (table) => [
    index('portal_deals_modified').on(table.modifiedAt, table.id),
    index('portal_deals_company').on(table.companyId),
    index('portal_deals_project').on(table.projectId),
  ],
);

export const portalServices = pgTable(
  'portal_services',
  {
    ...syncedColumns(),
    name: text('name'),
    billable: boolean('billable'),
    /** Minutes. */
    budgetedTime: integer('budgeted_time'),
    dealId: reference('deal_id', () => portalDeals.id),
  },
  (table) => [
    index('portal_services_modified').on(table.modifiedAt, table.id),
    index('portal_services_deal').on(table.dealId),
  ],
);

export const portalTimeEntries = pgTable(
  'portal_time_entries',
  {
    ...syncedColumns(),
    /** The day that was worked on. */
    date: date('date', { mode: 'string' }),
    /** Minutes, as the next one. */
    time: integer('time'),
    billableTime: integer('billable_time'),
    /** HTML. */
    note: text('note'),
    approved: boolean('approved'),
    updatedAt: time('updated_at'),
    personId: reference('person_id', () => portalPeople.id),
    serviceId: reference('service_id', () => portalServices.id),
    taskId: reference('task_id', () => portalTasks.id),
  },
  (table) => [
    index('portal_time_entries_modified').on(table.modifiedAt, table.id),
    index('portal_time_entries_person').on(table.personId),
    index('portal_time_entries_service').on(table.serviceId),
    index('portal_time_entries_task').on(table.taskId),
  ],
);

export const portalBookings = pgTable(
  'portal_bookings',
  {
    ...syncedColumns(),
    startedOn: date('started_on', { mode: 'string' }),
    endedOn: date('ended_on', { mode: 'string' }),
    /** Minutes a day. */
    time: integer('time'),
    personId: reference('person_id', () => portalPeople.id),
    serviceId: reference('service_id', () => portalServices.id),
  },
  (table) => [
    index('portal_bookings_modified').on(table.modifiedAt, table.id),
    index('portal_bookings_person').on(table.personId),
    index('portal_bookings_service').on(table.serviceId),
  ],
);

export const portalInvoices = pgTable(
  'portal_invoices',
  {
    ...syncedColumns(),
    number: text('number'),
    invoicedOn: date('invoiced_on', { mode: 'string' }),
    payOn: date('pay_on', { mode: 'string' }),
    amount: money('amount'),
    amountUnpaid: money('amount_unpaid'),
    currency: text('currency'),
    companyId: reference('company_id', () => portalCompanies.id),
  },
  (table) => [
    index('portal_invoices_modified').on(table.modifiedAt, table.id),
    index('portal_invoices_company').on(table.companyId),
  ],
);

export const portalExpenses = pgTable(
  'portal_expenses',
  {
    ...syncedColumns(),
    name: text('name'),
    date: date('date', { mode: 'string' }),
    amount: money('amount'),
    currency: text('currency'),
    personId: reference('person_id', () => portalPeople.id),
    dealId: reference('deal_id', () => portalDeals.id),
  },
  (table) => [
    index('portal_expenses_modified').on(table.modifiedAt, table.id),
    index('portal_expenses_person').on(table.personId),
    index('portal_expenses_deal').on(table.dealId),
  ],
);

export const portalPayments = pgTable(
  'portal_payments',
  {
    ...syncedColumns(),
    amount: money('amount'),
    paidOn: date('paid_on', { mode: 'string' }),
    invoiceId: reference('invoice_id', () => portalInvoices.id),
  },
  (table) => [
    index('portal_payments_modified').on(table.modifiedAt, table.id),
    index('portal_payments_invoice').on(table.invoiceId),
  ],
);
