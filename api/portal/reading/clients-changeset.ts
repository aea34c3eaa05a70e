import { z } from 'zod';

/** Fields of a task that a client sees anyway, as Productive's activities call them. */
const visibleFields: ReadonlySet<string> = new Set([
  'title',
  'description',
  'closed',
  'closed_at',
  'start_date',
  'due_date',
  'workflow_status',
  'workflow_status_id',
  'task_list',
  'task_list_id',
  'assignee',
  'assignee_id',
]);

const changeset = z.array(z.record(z.string(), z.json()));

/** What of a change is for clients. In another form than the known one nobody can tell: then nothing is. */
export function clientsChangeset(stored: unknown): z.infer<typeof changeset> {
  const parsed = changeset.safeParse(stored);
  if (!parsed.success) return [];
  return parsed.data
    .map((change) => Object.fromEntries(Object.entries(change).filter(([field]) => visibleFields.has(field))))
    .filter((change) => Object.keys(change).length > 0);
}
