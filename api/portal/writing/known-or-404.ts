import { lockAttachment } from '../../../store/portal/attachment-writes.ts';
import { type CommentRow, lockComment } from '../../../store/portal/comment-writes.ts';
import { isPartedRow } from '../../../store/portal/couples.ts';
import { lockTask, type TaskRow } from '../../../store/portal/task-writes.ts';
import type { PortalWrite, WrittenEntity } from '../../../store/portal/write-store.ts';
import { ApiError } from '../../api-error.ts';
import type { PortalCaller } from '../caller.ts';
import { unknownRecord } from '../reading/unknown.ts';

export { unknownRecord as unknown };

/** @throws ApiError 404 */
export async function taskOr404({ db }: PortalWrite, caller: PortalCaller, id: string): Promise<TaskRow> {
  const task = await lockTask(db, caller, Number(id));
  if (task === null) throw unknownRecord('task', id);
  return task;
}

/** @throws ApiError 404 */
export async function commentOr404({ db }: PortalWrite, caller: PortalCaller, id: string): Promise<CommentRow> {
  const comment = await lockComment(db, caller, Number(id));
  if (comment === null) throw unknownRecord('comment', id);
  return comment;
}

const locks = { tasks: lockTask, comments: lockComment, attachments: lockAttachment } as const;
const words = { tasks: 'task', comments: 'comment', attachments: 'attachment' } as const;

export interface LockedRow {
  readonly id: number;
  readonly version: number;
  readonly modifiedAt: Date;
  readonly productiveId: string | null;
}

/** Any of the records that users write. @throws ApiError 404 */
export async function rowOr404(
  { db }: PortalWrite,
  caller: PortalCaller,
  entity: WrittenEntity,
  id: string,
): Promise<LockedRow> {
  const row = await locks[entity](db, caller, Number(id));
  if (row === null) throw unknownRecord(words[entity], id);
  return row;
}

/**
 * Nothing would ever come of what is written into a record that Productive does not have any more.
 * @throws ApiError 409
 */
export async function refuseParted({ db }: PortalWrite, entity: WrittenEntity, id: number): Promise<void> {
  if (!(await isPartedRow(db, entity, id))) return;
  throw new ApiError(
    409,
    'not_in_productive',
    `Productive does not have this ${words[entity]} any more: it is kept here as it is, and nothing can be written into it`,
  );
}
