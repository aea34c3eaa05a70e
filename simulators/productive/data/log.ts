import type { StoredRecord } from '../resource.ts';
import type { Making } from './making.ts';
import type { Clients } from './projects.ts';

/** What the activity log has of the last week; older entries are left out. */
export function generateLog(making: Making, tasks: readonly StoredRecord[], { employees }: Clients): void {
  const { organization, dice, volumes, daysAgo } = making;
  for (let index = 0; index < volumes.activities; index += 1) {
    const { id, values } = dice.of(tasks);
    const item = { id: Number(id), type: organization.itemTypeOf('tasks'), name: values['title'] };
    organization.put('activities', {
      event: 'update',
      changeset: [{ due_date: [null, values['due_date']] }],
      ...{ item_id: item.id, item_type: item.type, item_name: item.name },
      ...{ parent_id: item.id, parent_type: item.type, parent_name: item.name },
      ...{ root_id: item.id, root_type: item.type, root_name: item.name },
      task_id: item.id,
      project_id: Number(values['project_id']),
      type: 2,
      created_at: daysAgo(7 - (index / volumes.activities) * 7),
      creator_id: dice.of(employees).id,
    });
  }
}
