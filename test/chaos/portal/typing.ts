import type { Attributes, Json, Side } from '../../../engine/values.ts';
import type { Dice } from '../dice.ts';
import type { Agency, Project } from './agency.ts';
import { pairNamed } from './pairs.ts';

/** Fields of a task that people type on both sides. */
const taskFields = [
  'title',
  'description',
  'dueDate',
  'initialEstimate',
  'taskList',
  'assignee',
  'workflowStatus',
] as const;
type TaskField = (typeof taskFields)[number];
/** A status says whether the task is closed: values on both sides would be about two fields. */
const contestable: readonly TaskField[] = ['title', 'description', 'dueDate', 'initialEstimate', 'assignee'];
const clearable: readonly TaskField[] = ['description', 'dueDate', 'initialEstimate', 'assignee'];

/** Values by the pair's names of the fields, with Productive's ids. */
export type Values = Readonly<Record<string, Json>>;

export interface Typing {
  readonly subject: number;
  /** The number of the edit. */
  readonly edit: number;
}

const firstDay = Date.UTC(2031, 0, 1);
const dayMs = 86_400_000;

/** What people of an organization type: the number of the edit stands in each text, so that it can be traced wherever it goes. */
export class Typist {
  readonly #agency: Pick<Agency, 'productive' | 'statuses'>;

  constructor(agency: Pick<Agency, 'productive' | 'statuses'>) {
    this.#agency = agency;
  }

  /** A new task of a project. */
  newTask(dice: Dice, project: Project, typing: Typing): Values {
    const others = taskFields.filter((name) => name !== 'title' && name !== 'taskList' && dice.happens(0.3));
    const names: TaskField[] = ['title', 'taskList', ...others];
    return Object.fromEntries(names.map((name) => [name, this.#typed(dice, name, project, typing)]));
  }

  /** One to three fields of a task get a new value, or are cleared. */
  editedTask(dice: Dice, project: Project, typing: Typing): Values {
    const chosen = dice.shuffled(taskFields).slice(0, dice.pick([1, 1, 1, 2, 3]));
    const newValue = (name: TaskField): Json =>
      clearable.includes(name) && dice.happens(0.15) ? null : this.#typed(dice, name, project, typing);
    return Object.fromEntries(chosen.map((name) => [name, newValue(name)]));
  }

  /** The same field of a task on both sides, mostly with different values. */
  contestedTask(dice: Dice, project: Project, subject: number, edits: Readonly<Record<Side, number>>) {
    const field = dice.pick(contestable);
    const on = (side: Side): Values => ({ [field]: this.#typed(dice, field, project, { subject, edit: edits[side] }) });
    return { master: on('master'), replica: on('replica') };
  }

  #typed(dice: Dice, field: TaskField, project: Project, { subject, edit }: Typing): Json {
    const { productive, statuses } = this.#agency;
    switch (field) {
      case 'title':
        return `Task R${subject} E${edit}`;
      case 'description':
        return `<p>Said in E${edit}</p>`;
      case 'dueDate':
        return new Date(firstDay + (edit % 20_000) * dayMs).toISOString().slice(0, 10);
      case 'initialEstimate':
        return edit;
      case 'taskList':
        return dice.pick(project.lists);
      case 'assignee':
        return dice.pick([productive.persons.anna, productive.persons.ben]);
      case 'workflowStatus':
        return dice.pick(statuses);
    }
  }
}

export const commentText = ({ subject, edit }: Typing): Values => ({ body: `<p>Comment R${subject} E${edit}</p>` });

/** As a side's attributes. */
export function asAttributes(
  pairName: string,
  side: Side,
  values: Values,
  idOf: (target: string, id: string) => string = (_target, id) => id,
): Attributes {
  const named = pairNamed(pairName).fields.flatMap(({ name, attribute, codec: { target } }) => {
    const value = values[name];
    if (value === undefined) return [];
    return [
      [attribute[side], target === undefined || typeof value !== 'string' ? value : idOf(target, value)] as const,
    ];
  });
  return Object.fromEntries(named);
}
