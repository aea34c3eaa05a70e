import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { activitySorts, attachmentSorts, commentSorts } from '../../../store/portal/reading/discussion-readings.ts';
import { callerIn } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { problems } from '../shapes.ts';
import {
  activitiesOf,
  activitiesShape,
  attachmentsOf,
  attachmentsShape,
  commentsOf,
  commentsShape,
  type OfTask,
} from './discussion-answers.ts';
import { idParams } from './filters.ts';
import { type Freshness, freshnessOf, freshnessShape } from './freshness.ts';
import { includedOf, includeQuery } from './included.ts';
import { pageQueryOf, type PageQuery } from './paging.ts';
import { type Included, includedShape } from './record-shapes.ts';
import { unknownRecord } from './unknown.ts';
import { makersOf } from './written-by.ts';

const more = { freshness: freshnessShape, included: includedShape };
const include = includeQuery(['people']);

/** `GET /portal/v1/tasks/:id/comments`, `…/attachments`, `…/activities`: what stands below a task, page by page. */
export function addGetDiscussion(app: FastifyInstance, deps: PortalDependencies): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const schemaOf = <Shape extends z.ZodObject>(sorts: typeof commentSorts, shape: Shape) => ({
    params: idParams,
    querystring: z.strictObject({ ...pageQueryOf(sorts, '-createdAt'), include }),
    response: { 200: shape, ...problems },
  });
  const comments = schemaOf(commentSorts, commentsShape.extend(more));
  routes.get('/tasks/:id/comments', { schema: comments }, async (request) => {
    const of = await taskSeen(deps, request);
    const page = await commentsOf(of, request.query);
    return { ...page, ...(await moreOf(of, 'comments', page.comments, request.query)) };
  });
  const attachments = schemaOf(attachmentSorts, attachmentsShape.extend(more));
  routes.get('/tasks/:id/attachments', { schema: attachments }, async (request) => {
    const of = await taskSeen(deps, request);
    const page = await attachmentsOf(of, request.query);
    return { ...page, ...(await moreOf(of, 'attachments', page.attachments, request.query)) };
  });
  const activities = schemaOf(activitySorts, activitiesShape.extend(more));
  routes.get('/tasks/:id/activities', { schema: activities }, async (request) => {
    const of = await taskSeen(deps, request);
    const page = await activitiesOf(of, request.query);
    return { ...page, ...(await moreOf(of, 'activities', page.activities, request.query)) };
  });
}

type TaskRequest = Parameters<typeof callerIn>[0] & { readonly params: { readonly id: string } };

/** @throws ApiError 404 */
async function taskSeen(deps: PortalDependencies, request: TaskRequest): Promise<OfTask> {
  const caller = callerIn(request);
  const { id } = request.params;
  if (!(await deps.portal.store().tasks.isVisible(caller, Number(id)))) throw unknownRecord('task', id);
  return { deps, caller, taskId: Number(id) };
}

type Shown = Parameters<typeof freshnessOf>[2][number] & Parameters<typeof makersOf>[0][number];

async function moreOf(
  { deps, caller }: OfTask,
  entity: 'comments' | 'attachments' | 'activities',
  shown: readonly Shown[],
  { include: wished }: PageQuery & { readonly include: readonly string[] },
): Promise<{ freshness: Freshness; included: Included }> {
  return {
    freshness: await freshnessOf(deps, entity, shown),
    included: await includedOf(deps, caller, wished, { people: makersOf(shown) }),
  };
}
