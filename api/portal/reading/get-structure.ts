import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { taskListSorts, workflowStatusSorts } from '../../../store/portal/reading/structure-readings.ts';
import { callerIn } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { problems } from '../shapes.ts';
import { idFilter } from './filters.ts';
import { freshnessOf, freshnessShape } from './freshness.ts';
import { nextFrom, pageQueryOf, wishFrom } from './paging.ts';
import { taskListShape, workflowStatusShape } from './record-shapes.ts';
import { taskListView, workflowStatusView } from './record-views.ts';
import { statedView } from './stated-views.ts';

const next = z.string().nullable();
const freshness = freshnessShape;
const lists = z.object({ taskLists: z.array(taskListShape), next, freshness });
const statuses = z.object({ workflowStatuses: z.array(workflowStatusShape), next, freshness });

/** `GET /portal/v1/task-lists` and `GET /portal/v1/workflow-statuses`: what tasks are sorted into. */
export function addGetStructure(app: FastifyInstance, deps: PortalDependencies): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const ofLists = {
    querystring: z.strictObject({ projectId: idFilter, ...pageQueryOf(taskListSorts, 'placement') }),
    response: { 200: lists, ...problems },
  };
  routes.get('/task-lists', { schema: ofLists }, async (request) => {
    const { projectId, ...query } = request.query;
    const { structure } = deps.portal.store();
    const found = await structure.taskLists(callerIn(request), projectId, wishFrom(taskListSorts, query));
    const taskLists = found.rows.map((row) => statedView(row, taskListView(row)));
    const current = await freshnessOf(deps, 'task_lists', taskLists);
    return { taskLists, next: nextFrom(found.next, query), freshness: current };
  });
  const ofStatuses = {
    querystring: z.strictObject(pageQueryOf(workflowStatusSorts, 'position')),
    response: { 200: statuses, ...problems },
  };
  routes.get('/workflow-statuses', { schema: ofStatuses }, async (request) => {
    const { query } = request;
    const found = await deps.portal
      .store()
      .structure.workflowStatuses(callerIn(request), wishFrom(workflowStatusSorts, query));
    const workflowStatuses = found.rows.map((row) => statedView(row, workflowStatusView(row)));
    const current = await freshnessOf(deps, 'workflow_statuses', workflowStatuses);
    return { workflowStatuses, next: nextFrom(found.next, query), freshness: current };
  });
}
