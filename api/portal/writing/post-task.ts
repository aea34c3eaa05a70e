import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { insertTask } from '../../../store/portal/task-writes.ts';
import type { PortalWrite } from '../../../store/portal/write-store.ts';
import type { PortalCaller } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { portalId } from '../shapes.ts';
import { carryOut } from './carry-out.ts';
import { receiptOf } from './receipts.ts';
import { type Receipt, receipt, writeHeaders, writeProblems } from './shapes.ts';
import { refuseEstimate, refuseReversedDates, taskFields } from './task-fields.ts';
import { checkedReferences, projectOr422 } from './task-references.ts';

const { title, taskListId, ...others } = taskFields;
const body = z.strictObject({ title, projectId: portalId, taskListId, ...z.object(others).partial().shape });

/** `POST /portal/v1/tasks`: a task that is here at once (201) and in Productive in due time. */
export function addPostTask(app: FastifyInstance, deps: PortalDependencies): void {
  const schema = { headers: writeHeaders, body, response: { 201: receipt, ...writeProblems } };
  app.withTypeProvider<ZodTypeProvider>().post('/tasks', { schema }, async (request, reply) => {
    const sent = [JSON.stringify(request.body)];
    const { body: made } = await carryOut(deps, {
      ...{ request, reply, sent, shape: receipt },
      work: async (write, caller) => ({ status: 201, body: await createTask(write, caller, request.body) }),
    });
    return reply.code(201).header('ETag', `"${made.version}"`).send(made);
  });
}

async function createTask(write: PortalWrite, caller: PortalCaller, given: z.infer<typeof body>): Promise<Receipt> {
  const { description = null, startDate = null, dueDate = null, initialEstimate = null } = given;
  const projectId = await projectOr422(write, caller, given.projectId);
  refuseEstimate(caller, given);
  const references = await checkedReferences(write, caller, projectId, given);
  const { now } = write.times;
  refuseReversedDates({ startDate: null, dueDate: null }, { startDate, dueDate });
  const row = await insertTask(write.db, {
    ...{ title: given.title, description, startDate, dueDate, initialEstimate, projectId },
    ...{ typeId: 1, private: false, closed: false, createdAt: now, lastActivityAt: now },
    ...references,
  });
  await write.announce('tasks', row.id, 'create');
  return receiptOf(write, 'tasks', row);
}
