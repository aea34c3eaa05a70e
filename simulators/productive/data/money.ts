import type { StoredRecord } from '../resource.ts';
import type { Making } from './making.ts';
import type { Clients, GeneratedProject } from './projects.ts';
import { serviceName } from './words.ts';

/** Deals and budgets with their services, the work that was booked on them, invoices and payments. */
export function generateMoney(
  making: Making,
  { companies, employees }: Clients,
  projects: readonly GeneratedProject[],
  tasks: readonly StoredRecord[],
): void {
  const { dice, volumes } = making;
  const deals = Array.from({ length: volumes.deals }, () => deal(making, dice.of(projects), false));
  const budgets = Array.from({ length: volumes.budgets }, () => deal(making, dice.of(projects), true));
  const services = [...deals, ...budgets].flatMap((one) => servicesOf(making, one));
  for (let index = 0; index < volumes.timeEntries; index += 1) {
    timeEntry(making, dice.of(employees).id, dice.of(services).id, dice.of(tasks).id);
  }
  for (let index = 0; index < volumes.bookings; index += 1)
    booking(making, dice.of(employees).id, dice.of(services).id);
  const invoices = Array.from({ length: volumes.invoices }, (_, index) =>
    invoice(making, index, dice.of(companies).id),
  );
  for (let index = 0; index < volumes.expenses; index += 1) expense(making, dice.of(employees).id, dice.of(budgets).id);
  for (let index = 0; index < volumes.payments; index += 1) payment(making, dice.of(invoices).id);
}

function deal(
  { organization, dice, daysAgo, dayAgo }: Making,
  { record }: GeneratedProject,
  budget: boolean,
): StoredRecord {
  const age = dice.between(20, 600);
  const number = organization.table('deals').nextId;
  return organization.put('deals', {
    name: `${String(record.values['name'])} ${budget ? 'budget' : 'deal'}`,
    date: dayAgo(age),
    end_date: dayAgo(age - 90),
    number,
    deal_number: number,
    budget,
    company_id: record.values['company_id'],
    project_id: budget ? record.id : null,
    responsible_id: record.values['project_manager_id'],
    creator_id: record.values['project_manager_id'],
    budget_total: String(dice.between(10, 900) * 10_000),
    created_at: daysAgo(age),
    closed_at: dice.chance(0.4) ? daysAgo(10) : null,
    last_activity_at: daysAgo(dice.between(0, 20)),
  });
}

function servicesOf({ organization, dice, daysAgo }: Making, { id }: StoredRecord): readonly StoredRecord[] {
  return Array.from({ length: dice.between(1, 3) }, (_, position) =>
    organization.put('services', {
      name: serviceName(dice),
      position,
      billable: dice.chance(0.8),
      price: String(dice.between(50, 150) * 100),
      budgeted_time: dice.between(1, 80) * 60,
      deal_id: id,
      updated_at: daysAgo(dice.between(0, 500)),
    }),
  );
}

function timeEntry(
  { organization, dice, daysAgo, dayAgo }: Making,
  person: string,
  service: string,
  task: string,
): void {
  const age = dice.between(0, 500);
  const time = dice.between(1, 32) * 15;
  const at = daysAgo(age);
  organization.put('time_entries', {
    date: dayAgo(age),
    time,
    billable_time: dice.chance(0.8) ? time : 0,
    note: dice.chance(0.4) ? 'As discussed' : null,
    approved: dice.chance(0.7),
    person_id: person,
    creator_id: person,
    service_id: service,
    task_id: dice.chance(0.9) ? task : null,
    ...{ created_at: at, updated_at: at, last_activity_at: at },
  });
}

function booking({ organization, dice, daysAgo, dayAgo }: Making, person: string, service: string): void {
  const start = dice.between(-60, 300);
  const at = daysAgo(Math.max(0, start) + 5);
  organization.put('bookings', {
    started_on: dayAgo(start),
    ended_on: dayAgo(start - dice.between(0, 5)),
    time: dice.of([120, 240, 480]),
    person_id: person,
    creator_id: person,
    service_id: service,
    ...{ created_at: at, updated_at: at, last_activity_at: at },
  });
}

function invoice({ organization, dice, daysAgo, dayAgo }: Making, index: number, companyId: string): StoredRecord {
  const age = dice.between(0, 500);
  const amount = dice.between(5, 800) * 5_000;
  return organization.put('invoices', {
    number: `INV-${index + 1}`,
    invoiced_on: dayAgo(age),
    pay_on: dayAgo(age - 30),
    amount: String(amount),
    amount_unpaid: dice.chance(0.3) ? String(amount) : '0',
    company_id: companyId,
    created_at: daysAgo(age),
    last_activity_at: daysAgo(age),
  });
}

function expense({ organization, dice, daysAgo, dayAgo }: Making, person: string, deal: string): void {
  const age = dice.between(0, 400);
  organization.put('expenses', {
    name: dice.of(['Fonts', 'Hosting', 'Stock photo', 'Train']),
    date: dayAgo(age),
    amount: String(dice.between(10, 500) * 100),
    person_id: person,
    creator_id: person,
    deal_id: deal,
    created_at: daysAgo(age),
  });
}

function payment({ organization, dice, dayAgo }: Making, invoiceId: string): void {
  const amount = String(dice.between(5, 300) * 5_000);
  organization.put('payments', { amount, paid_on: dayAgo(dice.between(0, 300)), invoice_id: invoiceId });
}
