import { keyOf } from '../file-storage.ts';
import type { StoredRecord } from '../resource.ts';
import { isSpread } from './dice.ts';
import { landmarks, type Making } from './making.ts';
import type { Clients, GeneratedProject } from './projects.ts';
import { stockOfTexts, taskTitle } from './words.ts';

/** Tasks with their comments and attachments. Only the large project of its company has open tasks. */
export function generateTasks(
  making: Making,
  clients: Clients,
  projects: readonly GeneratedProject[],
): readonly StoredRecord[] {
  const { dice, volumes } = making;
  const { largeProject, tasks: count } = volumes;
  const large = projects.find(({ record }) => record.id === landmarks.project);
  const others = projects.filter((project) => project !== large);
  const texts = stockOfTexts(dice, 1_500, 6);
  const ids = dice.idsAround(4_100_000, 0, count);
  let ofLarge = 0;
  const tasks = ids.map((id, index) => {
    const isLarge = large !== undefined && isSpread(index, largeProject.tasks, count);
    const project = isLarge ? large : dice.of(others);
    if (isLarge) ofLarge += 1;
    const mayBeOpen = isLarge
      ? isSpread(ofLarge, largeProject.open, largeProject.tasks)
      : project.record.values['company_id'] !== landmarks.company && dice.chance(0.12);
    const age = 700 - (index / count) * 690;
    const record = task(making, { id, project, isOpen: mayBeOpen, age, clients, description: dice.of(texts) });
    project.tasks.push(record);
    return record;
  });
  generateComments(making, clients, tasks);
  generateAttachments(making, clients, tasks);
  return tasks;
}

interface TaskPlan {
  readonly id: number;
  readonly project: GeneratedProject;
  readonly isOpen: boolean;
  /** In days. */
  readonly age: number;
  readonly clients: Clients;
  readonly description: string;
}

function task(making: Making, { id, project, isOpen, age, clients, description }: TaskPlan): StoredRecord {
  const { organization, dice, daysAgo, dayAgo } = making;
  const number = String(project.tasks.length + 1);
  const created = daysAgo(age);
  const touched = daysAgo(age * (dice.between(0, 100) / 100));
  const creator = dice.of(clients.employees).id;
  return organization.put(
    'tasks',
    {
      title: taskTitle(dice),
      description,
      number,
      task_number: number,
      type_id: dice.chance(0.02) ? 3 : 1,
      private: dice.chance(0.04),
      closed: !isOpen,
      closed_at: isOpen ? null : touched,
      start_date: dice.chance(0.3) ? dayAgo(age) : null,
      due_date: dice.chance(0.5) ? dayAgo(age - dice.between(1, 60)) : null,
      initial_estimate: dice.chance(0.6) ? dice.between(1, 32) * 15 : null,
      worked_time: isOpen ? 0 : dice.between(0, 40) * 15,
      placement: project.tasks.length,
      tag_list: dice.chance(0.1) ? ['urgent'] : [],
      custom_fields: dice.chance(0.2) ? { '1204': String(dice.between(1, 5)), '1311': ['88', '91'] } : {},
      created_at: created,
      updated_at: touched,
      last_activity_at: touched,
      project_id: project.record.id,
      task_list_id: dice.of(project.taskLists),
      assignee_id: dice.chance(0.75) ? dice.of(clients.employees).id : null,
      creator_id: creator,
      last_actor_id: creator,
      parent_task_id: dice.chance(0.08) ? (project.tasks.at(-1)?.id ?? null) : null,
      workflow_status_id: dice.of(isOpen ? project.statuses.open : project.statuses.closed),
    },
    String(id),
  );
}

function generateComments(
  { organization, dice, volumes, daysAgo }: Making,
  clients: Clients,
  tasks: readonly StoredRecord[],
): void {
  const texts = stockOfTexts(dice, 800, 2);
  for (let index = 0; index < volumes.comments; index += 1) {
    const age = 700 - (index / volumes.comments) * 699;
    // Most people talk about what is new, so the task is one of those that were there by then.
    const newest = Math.max(0, Math.floor((index / volumes.comments) * (tasks.length - 1)));
    const target = tasks[dice.between(Math.max(0, newest - 400), newest)];
    if (target === undefined) continue;
    const at = daysAgo(age);
    organization.put('comments', {
      body: dice.of(texts),
      hidden: dice.chance(0.1),
      draft: dice.chance(0.01),
      created_at: at,
      updated_at: at,
      task_id: target.id,
      creator_id: dice.of(clients.employees).id,
    });
    if (at > String(target.values['last_activity_at'])) target.values['last_activity_at'] = at;
  }
}

function generateAttachments(
  { organization, dice, volumes, daysAgo }: Making,
  clients: Clients,
  tasks: readonly StoredRecord[],
): void {
  const kinds = [
    ['pdf', 'application/pdf'],
    ['png', 'image/png'],
    ['txt', 'text/plain'],
  ] as const;
  for (let index = 0; index < volumes.attachments; index += 1) {
    const [ending, contentType] = dice.of(kinds);
    const name = `file ${index + 1}.${ending}`;
    const record = organization.put('attachments', {
      name,
      content_type: contentType,
      size: dice.between(100, 60_000),
      attachable_type: 'task',
      created_at: daysAgo(dice.between(0, 700)),
      task_id: dice.of(tasks).id,
      creator_id: dice.of(clients.employees).id,
    });
    record.values['url'] = `${organization.origin}/files/${keyOf(record.id, name)}`;
  }
}
