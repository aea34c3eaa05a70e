import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { insertComment } from '../../../store/portal/comment-writes.ts';
import type { PortalWrite } from '../../../store/portal/write-store.ts';
import { ApiError } from '../../api-error.ts';
import type { PortalCaller } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { carryOut } from './carry-out.ts';
import { refuseParted, taskOr404 } from './known-or-404.ts';
import { receiptOf } from './receipts.ts';
import { html, idParams, type Receipt, receipt, writeHeaders, writeProblems } from './shapes.ts';

const body = z.strictObject({
  body: html.min(1),
  hidden: z.boolean().default(false).describe('Not for clients; only an admin may say so'),
});

/** `POST /portal/v1/tasks/:id/comments`: 201. */
export function addPostComment(app: FastifyInstance, deps: PortalDependencies): void {
  const schema = { params: idParams, headers: writeHeaders, body, response: { 201: receipt, ...writeProblems } };
  app.withTypeProvider<ZodTypeProvider>().post('/tasks/:id/comments', { schema }, async (request, reply) => {
    const { body: made } = await carryOut(deps, {
      ...{ request, reply, sent: [JSON.stringify(request.body)], shape: receipt },
      work: async (write, caller) => ({
        status: 201,
        body: await comment(write, caller, request.params.id, request.body),
      }),
    });
    return reply.code(201).header('ETag', `"${made.version}"`).send(made);
  });
}

async function comment(
  write: PortalWrite,
  caller: PortalCaller,
  taskId: string,
  given: z.infer<typeof body>,
): Promise<Receipt> {
  const task = await taskOr404(write, caller, taskId);
  refuseHiding(caller, given.hidden);
  await refuseParted(write, 'tasks', task.id);
  const { now } = write.times;
  const values = { ...given, draft: false, taskId: task.id, createdAt: now };
  const row = await insertComment(write.db, values);
  await write.announce('comments', row.id, 'create');
  return receiptOf(write, 'comments', row);
}

/** A client would lose sight of his own words. @throws ApiError 403 */
export function refuseHiding({ role }: PortalCaller, hidden: boolean | undefined): void {
  if (role === 'admin' || hidden !== true) return;
  throw new ApiError(403, 'admins_only', 'hidden: only a user whose token says role admin may hide a comment');
}
