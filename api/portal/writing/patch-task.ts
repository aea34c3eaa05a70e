import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { updateTask } from '../../../store/portal/task-writes.ts';
import type { PortalWrite } from '../../../store/portal/write-store.ts';
import type { PortalCaller } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { carryOut, type WriteStatus } from './carry-out.ts';
import { refuseOutdated } from './if-match.ts';
import { refuseParted, taskOr404 } from './known-or-404.ts';
import { receiptOf } from './receipts.ts';
import { atLeastOne, idParams, nothingToChange, type Receipt, receipt, writeHeaders, writeProblems } from './shapes.ts';
import { changesOf, refuseEstimate, refuseReversedDates, taskFields } from './task-fields.ts';
import { checkedReferences } from './task-references.ts';

const body = z
  .strictObject({ ...taskFields, closed: z.boolean() })
  .partial()
  .refine(atLeastOne, nothingToChange);

interface Change {
  readonly id: string;
  readonly given: z.infer<typeof body>;
  readonly ifMatch: string | undefined;
}

/** `PATCH /portal/v1/tasks/:id`: what is named changes here at once (202), and in Productive in due time. 200: it was so already. */
export function addPatchTask(app: FastifyInstance, deps: PortalDependencies): void {
  const response = { 200: receipt, 202: receipt, ...writeProblems };
  const schema = { params: idParams, headers: writeHeaders, body, response };
  app.withTypeProvider<ZodTypeProvider>().patch('/tasks/:id', { schema }, async (request, reply) => {
    const ifMatch = request.headers['if-match'];
    const sent = [JSON.stringify(request.body), ifMatch ?? ''];
    const { status, body: answer } = await carryOut(deps, {
      ...{ request, reply, sent, shape: receipt },
      work: (write, caller) => changeTask(write, caller, { id: request.params.id, given: request.body, ifMatch }),
    });
    return reply
      .code(status === 200 ? 200 : 202)
      .header('ETag', `"${answer.version}"`)
      .send(answer);
  });
}

async function changeTask(
  write: PortalWrite,
  caller: PortalCaller,
  { id, given, ifMatch }: Change,
): Promise<{ status: WriteStatus; body: Receipt }> {
  const task = await taskOr404(write, caller, id);
  refuseEstimate(caller, given);
  refuseOutdated(ifMatch, task.version, `task ${id}`);
  await refuseParted(write, 'tasks', task.id);
  const { taskListId, assigneeId, workflowStatusId, ...plain } = given;
  const references = { taskListId, assigneeId, workflowStatusId };
  const wanted = {
    ...(await checkedReferences(write, caller, task.projectId ?? 0, references)),
    ...plain,
  };
  const changes = changesOf(task, wanted);
  refuseReversedDates(task, changes);
  if (!atLeastOne(changes)) return { status: 200, body: await receiptOf(write, 'tasks', task) };
  const row = await updateTask(write.db, task.id, changes);
  await write.announce('tasks', row.id, 'update');
  return { status: 202, body: await receiptOf(write, 'tasks', row) };
}
