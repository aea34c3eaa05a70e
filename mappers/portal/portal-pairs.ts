import { importOrder } from '../../engine/import-order.ts';
import type { PairDefinition } from '../../engine/pair.ts';
import { activitiesPair } from './activities.ts';
import { attachmentsPair } from './attachments.ts';
import { bookingsPair } from './bookings.ts';
import { commentsPair } from './comments.ts';
import { companiesPair } from './companies.ts';
import { dealsPair } from './deals.ts';
import { expensesPair } from './expenses.ts';
import { invoicesPair } from './invoices.ts';
import { paymentsPair } from './payments.ts';
import { peoplePair } from './people.ts';
import { projectsPair } from './projects.ts';
import { servicesPair } from './services.ts';
import { taskListsPair } from './task-lists.ts';
import { tasksPair } from './tasks.ts';
import { timeEntriesPair } from './time-entries.ts';
import { workflowStatusesPair } from './workflow-statuses.ts';

/** All pairs of Productive and the portal, those that others point to first. */
export const portalPairs = (): readonly PairDefinition[] =>
  importOrder([
    companiesPair(),
    peoplePair(),
    projectsPair(),
    workflowStatusesPair(),
    taskListsPair(),
    tasksPair(),
    commentsPair(),
    attachmentsPair(),
    dealsPair(),
    servicesPair(),
    timeEntriesPair(),
    bookingsPair(),
    invoicesPair(),
    expensesPair(),
    paymentsPair(),
    activitiesPair(),
  ]).pairs;
