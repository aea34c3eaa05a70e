import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type CommentRow, updateComment } from '../../../store/portal/comment-writes.ts';
import { authorOf, type PortalWrite } from '../../../store/portal/write-store.ts';
import { ApiError } from '../../api-error.ts';
import type { PortalCaller } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { carryOut, type WriteStatus } from './carry-out.ts';
import { refuseOutdated } from './if-match.ts';
import { commentOr404, refuseParted } from './known-or-404.ts';
import { refuseHiding } from './post-comment.ts';
import { receiptOf } from './receipts.ts';
import {
  atLeastOne,
  html,
  idParams,
  nothingToChange,
  type Receipt,
  receipt,
  writeHeaders,
  writeProblems,
} from './shapes.ts';

const body = z
  .strictObject({ body: html.min(1), hidden: z.boolean() })
  .partial()
  .refine(atLeastOne, nothingToChange);

interface Change {
  readonly id: string;
  readonly given: z.infer<typeof body>;
  readonly ifMatch: string | undefined;
}

/** `PATCH /portal/v1/comments/:id`: a client changes what he wrote himself through the portal, an admin any. 202; 200: it was so already. */
export function addPatchComment(app: FastifyInstance, deps: PortalDependencies): void {
  const response = { 200: receipt, 202: receipt, ...writeProblems };
  const schema = { params: idParams, headers: writeHeaders, body, response };
  app.withTypeProvider<ZodTypeProvider>().patch('/comments/:id', { schema }, async (request, reply) => {
    const ifMatch = request.headers['if-match'];
    const { status, body: answer } = await carryOut(deps, {
      ...{ request, reply, sent: [JSON.stringify(request.body), ifMatch ?? ''], shape: receipt },
      work: (write, caller) => change(write, caller, { id: request.params.id, given: request.body, ifMatch }),
    });
    return reply
      .code(status === 200 ? 200 : 202)
      .header('ETag', `"${answer.version}"`)
      .send(answer);
  });
}

async function change(
  write: PortalWrite,
  caller: PortalCaller,
  { id, given, ifMatch }: Change,
): Promise<{ status: WriteStatus; body: Receipt }> {
  const comment = await commentOr404(write, caller, id);
  await refuseStrangers(write, caller, comment);
  refuseHiding(caller, given.hidden);
  refuseOutdated(ifMatch, comment.version, `comment ${id}`);
  await refuseParted(write, 'comments', comment.id);
  const { body: text = comment.body, hidden = comment.hidden } = given;
  if (text === comment.body && hidden === comment.hidden) {
    return { status: 200, body: await receiptOf(write, 'comments', comment) };
  }
  const row = await updateComment(write.db, comment.id, { body: text, hidden });
  await write.announce('comments', row.id, 'update');
  return { status: 202, body: await receiptOf(write, 'comments', row) };
}

/** @throws ApiError 403 */
async function refuseStrangers(write: PortalWrite, caller: PortalCaller, { id }: CommentRow): Promise<void> {
  if (caller.role === 'admin' || (await authorOf(write.db, 'comments', id)) === caller.subject) return;
  throw new ApiError(403, 'not_the_author', 'Only who wrote a comment, or an admin, may change it');
}
