import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { targetOfMark } from '../../engine/reference.ts';
import type { Attributes } from '../../engine/values.ts';
import type { Database } from '../database.ts';
import type { Link } from '../link-rows.ts';
import { lockCouple, mayHaveBeenCreated, rowsOfCouples } from './couples.ts';
import { portalAttachments, portalComments, portalTasks } from './work-tables.ts';
import { type PortalWrite, type WrittenEntity } from './write-store.ts';
import { portalUploads } from './write-tables.ts';

/** What came of it. Everything but the first two leaves all as it was. */
export type PutBack =
  /** The row shows what was last agreed on with Productive; what is there now comes with the next look. */
  | { readonly kind: 'put_back' }
  /** Productive never had it: it is gone, with what was made under it. */
  | { readonly kind: 'removed' }
  | { readonly kind: 'not_failed' }
  /** It is being looked at at this moment. */
  | { readonly kind: 'busy' }
  /** Productive may have it, and nobody knows yet under which number. */
  | { readonly kind: 'maybe_created' };

/** Takes back what users wrote into a row and Productive did not take. The row is locked. */
export async function putBack(write: PortalWrite, entity: WrittenEntity, id: number): Promise<PutBack> {
  const link = await lockCouple(write.db, entity, id);
  if (link === null || (link.failure === null && link.state !== 'parked')) return { kind: 'not_failed' };
  if (link.leaseUntil !== null && link.leaseUntil > write.times.now) return { kind: 'busy' };
  if (link.masterId === null) {
    if (await mayHaveBeenCreated(write.db, link)) return { kind: 'maybe_created' };
    await remove(write, entity, id);
    return { kind: 'removed' };
  }
  await restore(write.db, entity, id, link);
  await write.announce(entity, id, 'discard');
  return { kind: 'put_back' };
}

const text = z.string().nullable();
const agreedTask = z
  .object({
    ...{ title: text, description: text, startDate: text, dueDate: text },
    initialEstimate: z.number().nullable(),
    closed: z.boolean().nullable(),
  })
  .partial();
const agreedComment = z.object({ body: text, hidden: z.boolean().nullable() }).partial();
const referencesOfTask = ['taskListId', 'assigneeId', 'workflowStatusId'] as const;

/** The values of the last agreement, as far as there was one. */
async function restore(tx: Database, entity: WrittenEntity, id: number, { baseReplica }: Link): Promise<void> {
  const agreed = baseReplica ?? {};
  if (entity === 'tasks') {
    const values = { ...agreedTask.parse(agreed), ...(await agreedReferences(tx, agreed)) };
    if (Object.keys(values).length > 0) await tx.update(portalTasks).set(values).where(eq(portalTasks.id, id));
  }
  if (entity === 'comments') {
    const values = agreedComment.parse(agreed);
    if (Object.keys(values).length > 0) await tx.update(portalComments).set(values).where(eq(portalComments.id, id));
  }
}

type TaskReferences = Partial<Record<(typeof referencesOfTask)[number], number | null>>;

/** What was agreed names couples; the row names records of the portal. One that has none any more is left as it is. */
async function agreedReferences(tx: Database, agreed: Attributes): Promise<TaskReferences> {
  const spoken = referencesOfTask.filter((name) => name in agreed);
  const couples = spoken
    .map((name) => Number(agreed[name]))
    .filter((couple) => Number.isSafeInteger(couple) && couple > 0);
  const rows = await rowsOfCouples(tx, couples);
  return Object.fromEntries(
    spoken.flatMap((name) => {
      const value = agreed[name] ?? null;
      const row = value === null ? null : (rowOfMark(value) ?? rows.get(Number(value)));
      return row === undefined ? [] : [[name, row]];
    }),
  );
}

/** The portal's own record, where it had no partner when it was agreed on. */
function rowOfMark(value: Attributes[string]): number | null {
  const target = typeof value === 'string' ? targetOfMark(value) : null;
  return target?.side === 'replica' ? Number(target.id) : null;
}

/** A record that Productive never had, and what only makes sense together with it. */
async function remove(write: PortalWrite, entity: WrittenEntity, id: number): Promise<void> {
  const { db, times } = write;
  const gone = { deletedAt: times.now };
  if (entity === 'tasks') {
    await db.update(portalTasks).set(gone).where(eq(portalTasks.id, id));
    const comments = await db
      .select({ id: portalComments.id })
      .from(portalComments)
      .where(and(eq(portalComments.taskId, id), isNull(portalComments.deletedAt)));
    for (const comment of comments) await remove(write, 'comments', comment.id);
    await removeAttachments(write, eq(portalAttachments.taskId, id));
  }
  if (entity === 'comments') {
    await db.update(portalComments).set(gone).where(eq(portalComments.id, id));
    await removeAttachments(write, eq(portalAttachments.commentId, id));
  }
  if (entity === 'attachments') {
    await db.update(portalAttachments).set(gone).where(eq(portalAttachments.id, id));
    await db.delete(portalUploads).where(eq(portalUploads.attachmentId, id));
  }
  await write.announce(entity, id, 'discard');
}

async function removeAttachments(write: PortalWrite, ofOwner: ReturnType<typeof eq>): Promise<void> {
  const attachments = await write.db
    .select({ id: portalAttachments.id })
    .from(portalAttachments)
    .where(and(ofOwner, isNull(portalAttachments.deletedAt)));
  for (const attachment of attachments) await remove(write, 'attachments', attachment.id);
}
