import type { Organization } from './organization.ts';

/** Ids of people who are always there. */
export const persons = { integration: '550001', anna: '550002', ben: '550003' } as const;

/** What an organization has before anybody has worked in it. */
export function furnish(organization: Organization): void {
  organization.put('organizations', { name: 'Agency' }, organization.id);
  const since = organization.time.text(new Date('2024-01-08T08:00:00Z'));
  const times = { created_at: since, last_activity_at: since, joined_at: since };
  const names = [
    [persons.integration, 'Portal', 'Integration'],
    [persons.anna, 'Anna', 'Albers'],
    [persons.ben, 'Ben', 'Bakker'],
  ] as const;
  for (const [id, first, last] of names) {
    const email = `${first}.${last}@agency.example`.toLowerCase();
    const person = { first_name: first, last_name: last, email, hrm_type_id: 1, is_user: true, ...times };
    organization.put('people', person, id);
  }
  for (const [id, name] of workflowNames) {
    organization.put('workflows', { name }, id);
    for (const [position, [status, category]] of statusNames.entries()) {
      organization.put('workflow_statuses', { name: status, category_id: category, position, workflow_id: id });
    }
  }
}

const workflowNames = [
  ['7001', 'Development'],
  ['7002', 'Support'],
] as const;

const statusNames = [
  ['Backlog', 1],
  ['To do', 1],
  ['In progress', 2],
  ['Review', 2],
  ['Done', 3],
  ["Won't do", 3],
] as const;
