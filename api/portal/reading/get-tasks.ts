import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { taskSorts } from '../../../store/portal/reading/task-readings.ts';
import { callerIn } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { problems } from '../shapes.ts';
import type { Currency } from './currency.ts';
import { idFilter, productiveIdFilter } from './filters.ts';
import { freshnessOf, freshnessShape } from './freshness.ts';
import { includeQuery } from './included.ts';
import { nextFrom, pageQueryOf, wishFrom } from './paging.ts';
import { includedShape, listedTaskShape } from './record-shapes.ts';
import { includedWithTasks, listedTask, taskIncludes } from './task-answers.ts';

const querystring = z.strictObject({
  projectId: idFilter,
  companyId: idFilter,
  taskListId: idFilter,
  assigneeId: idFilter,
  creatorId: idFilter,
  parentTaskId: idFilter,
  workflowStatusId: idFilter,
  status: z.enum(['open', 'closed', 'all']).default('all'),
  dueUntil: z.iso.date().optional(),
  productiveId: productiveIdFilter,
  syncState: z.enum(['failed']).optional().describe('Those for which somebody has to do something'),
  include: includeQuery(taskIncludes),
  ...pageQueryOf(taskSorts, '-lastActivityAt'),
});

const page = z.object({
  tasks: z.array(listedTaskShape),
  next: z.string().nullable(),
  freshness: freshnessShape,
  included: includedShape,
});

/** `GET /portal/v1/tasks`: task lists of clients and admins, and those of a project. */
export function addGetTasks(app: FastifyInstance, deps: PortalDependencies, currency: Currency): void {
  const schema = { querystring, response: { 200: page, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/tasks', { schema }, async (request) => {
    const caller = callerIn(request);
    const { status, syncState, include, sort, limit, after, ...filter } = request.query;
    const wish = wishFrom(taskSorts, { sort, limit, after });
    const read = () =>
      deps.portal.store().tasks.page(
        caller,
        {
          ...filter,
          closed: status === 'all' ? undefined : status === 'closed',
          failed: syncState === undefined ? undefined : true,
        },
        wish,
      );
    let found = await read();
    const { productiveId } = filter;
    // A record that is not here yet may be in Productive. Clients must not be able to ask there for whatever they like.
    const isMissing = productiveId !== undefined && found.rows.length === 0 && caller.role === 'admin';
    if (isMissing && (await currency.lookedAt({ entity: 'tasks', productiveId, lastSyncedAt: null }))) {
      found = await read();
    }
    const tasks = found.rows.map((row) => listedTask(caller, row));
    const [freshness, included] = await Promise.all([
      freshnessOf(deps, 'tasks', tasks),
      includedWithTasks(deps, caller, include, tasks),
    ]);
    return { tasks, next: nextFrom(found.next, { sort }), freshness, included };
  });
}
