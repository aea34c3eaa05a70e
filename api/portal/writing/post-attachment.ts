import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { insertAttachment } from '../../../store/portal/attachment-writes.ts';
import type { PortalWrite } from '../../../store/portal/write-store.ts';
import { ApiError } from '../../api-error.ts';
import { allowSlowBody } from '../../body-time.ts';
import { callerIn, type PortalCaller } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { carryOut } from './carry-out.ts';
import { commentOr404, refuseParted, taskOr404, unknown } from './known-or-404.ts';
import { readUpload, type Upload } from './read-upload.ts';
import { receiptOf } from './receipts.ts';
import { idParams, type Receipt, receipt, writeHeaders, writeProblems } from './shapes.ts';

/** Each of them is held in memory. */
const uploadsAtOnce = 8;

/** `POST /portal/v1/tasks/:id/attachments`, multipart/form-data: the file is stored before it is answered (201), and sent in due time. */
export function addPostAttachment(app: FastifyInstance, deps: PortalDependencies): void {
  const response = { 201: receipt, ...writeProblems };
  const consumes = ['multipart/form-data'];
  const schema = { params: idParams, headers: writeHeaders, consumes, response };
  let underWay = 0;
  app.withTypeProvider<ZodTypeProvider>().post('/tasks/:id/attachments', { schema }, async (request, reply) => {
    await visibleOr404(deps, callerIn(request), request.params.id);
    if (underWay >= uploadsAtOnce) throw tooMany();
    underWay += 1;
    allowSlowBody(request.raw);
    try {
      const upload = await readUpload(request, deps.portal.writing.maxUploadBytes);
      const { name, contentType, commentId, bytes } = upload;
      const { body: made } = await carryOut(deps, {
        ...{ request, reply, sent: [name, contentType, commentId ?? '', bytes], shape: receipt },
        work: async (write, caller) => ({ status: 201, body: await attach(write, caller, request.params.id, upload) }),
      });
      await removeSent(deps);
      return await reply.code(201).header('ETag', `"${made.version}"`).send(made);
    } finally {
      underWay -= 1;
    }
  });
}

/** Before a byte of the file is read: it is looked at again when the file is stored. @throws ApiError 404 */
async function visibleOr404({ portal }: PortalDependencies, caller: PortalCaller, taskId: string): Promise<void> {
  if (!(await portal.store().tasks.isVisible(caller, Number(taskId)))) throw unknown('task', taskId);
}

/** The new file is stored: that an old one could not be removed is nobody's concern now. */
async function removeSent({ portal, log }: PortalDependencies): Promise<void> {
  try {
    await portal.writing.store().attachments.removeSent();
  } catch (error) {
    log.warn({ reason: error instanceof Error ? error.name : 'unknown' }, 'Files that were sent could not be removed');
  }
}

const tooMany = (): ApiError =>
  new ApiError(503, 'too_many_uploads', 'Too many files are being uploaded at the moment; send it again', {
    retryAfterSeconds: 2,
  });

async function attach(write: PortalWrite, caller: PortalCaller, taskId: string, upload: Upload): Promise<Receipt> {
  const task = await taskOr404(write, caller, taskId);
  const comment = upload.commentId === null ? null : await commentOr404(write, caller, upload.commentId);
  if (comment !== null && comment.taskId !== task.id) throw unknown('comment', comment.id);
  await refuseParted(write, 'tasks', task.id);
  if (comment !== null) await refuseParted(write, 'comments', comment.id);
  const { now } = write.times;
  const { name, contentType, bytes } = upload;
  const values = { name, contentType, size: bytes.byteLength, taskId: task.id, commentId: comment?.id ?? null };
  const row = await insertAttachment(write.db, { ...values, createdAt: now }, bytes, now);
  await write.announce('attachments', row.id, 'create');
  return receiptOf(write, 'attachments', row);
}
