import type { StoredRecord } from '../resource.ts';
import { isSpread } from './dice.ts';
import { landmarks, type Making } from './making.ts';
import { companyName, personName, projectName, taskListNames } from './words.ts';

export interface Clients {
  readonly companies: readonly StoredRecord[];
  readonly employees: readonly StoredRecord[];
}

export interface GeneratedProject {
  readonly record: StoredRecord;
  readonly taskLists: readonly string[];
  /** Statuses of its workflow by category: not started, started, closed. */
  readonly statuses: Readonly<Record<'open' | 'closed', readonly string[]>>;
  tasks: StoredRecord[];
}

export function generateClients(making: Making): Clients {
  const { organization, dice, volumes, daysAgo } = making;
  const ids = dice.idsAround(Number(landmarks.company), Math.floor(volumes.companies / 3), volumes.companies);
  const companies = ids.map((id, index) => {
    const age = dice.between(40, 900);
    const name = companyName(dice, index + 1);
    const values = {
      name,
      billing_name: `${name} B.V.`,
      company_code: `C${id}`,
      due_days: 30,
      created_at: daysAgo(age),
      last_activity_at: daysAgo(dice.between(0, 40)),
    };
    const isArchived = dice.chance(0.1) && String(id) !== landmarks.company;
    return organization.put('companies', { ...values, archived_at: isArchived ? daysAgo(30) : null }, String(id));
  });
  const employees = Array.from({ length: volumes.employees }, (_, index) => person(making, index, null));
  for (let index = 0; index < volumes.contacts; index += 1) person(making, index, dice.of(companies).id);
  return { companies, employees };
}

function person({ organization, dice, daysAgo }: Making, index: number, companyId: string | null): StoredRecord {
  const name = personName(dice);
  const domain = companyId === null ? 'agency.example' : `client-${companyId}.example`;
  return organization.put('people', {
    ...name,
    email: `person-${index + 1}@${domain}`,
    title: companyId === null ? dice.of(['Designer', 'Developer', 'Project manager']) : null,
    hrm_type_id: companyId === null ? 1 : 2,
    is_user: companyId === null,
    company_id: companyId,
    created_at: daysAgo(dice.between(50, 900)),
    last_activity_at: daysAgo(dice.between(0, 50)),
    archived_at: dice.chance(0.05) ? daysAgo(20) : null,
  });
}

/** The large project and one more belong to the company that is known by number; both are running. */
export function generateProjects(making: Making, { companies, employees }: Clients): readonly GeneratedProject[] {
  const { organization, dice, volumes } = making;
  const count = volumes.activeProjects + volumes.archivedProjects;
  const isArchived = (index: number): boolean => isSpread(index, volumes.archivedProjects, count);
  const running = Array.from({ length: count }, (_, index) => index).filter((index) => !isArchived(index));
  const [large = 0, sibling = 1] = running.slice(Math.floor(running.length / 3));
  const others = companies.filter(({ id }) => id !== landmarks.company);
  return dice.idsAround(Number(landmarks.project), large, count).map((id, index) => {
    const companyId = index === large || index === sibling ? landmarks.company : dice.of(others).id;
    const manager = dice.of(employees).id;
    const record = organization.put('projects', projectValues(making, id, companyId, manager), String(id));
    if (isArchived(index)) record.values['archived_at'] = making.daysAgo(dice.between(1, 200));
    return { record, taskLists: taskListsOf(making, record), statuses: statusesOf(making, record), tasks: [] };
  });
}

function projectValues({ dice, daysAgo }: Making, id: number, companyId: string, managerId: string) {
  return {
    name: projectName(dice, id),
    number: String(id),
    project_number: String(id),
    project_type_id: 2,
    company_id: companyId,
    project_manager_id: managerId,
    last_actor_id: managerId,
    workflow_id: dice.of(['7001', '7002']),
    created_at: daysAgo(dice.between(300, 900)),
    last_activity_at: daysAgo(dice.between(1, 200)),
  };
}

function taskListsOf({ organization, dice }: Making, { id }: StoredRecord): readonly string[] {
  const names = taskListNames.slice(0, dice.between(3, taskListNames.length));
  return names.map(
    (name, placement) => organization.put('task_lists', { name, position: placement, placement, project_id: id }).id,
  );
}

function statusesOf({ organization }: Making, { values }: StoredRecord): GeneratedProject['statuses'] {
  const all = organization.table('workflow_statuses').pointingAt('workflow_id', String(values['workflow_id']));
  const ids = (closed: boolean) =>
    all.filter((status) => (status.values['category_id'] === 3) === closed).map(({ id }) => id);
  return { open: ids(false), closed: ids(true) };
}
