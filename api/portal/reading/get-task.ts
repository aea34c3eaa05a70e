import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { callerIn } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { problems } from '../shapes.ts';
import type { Currency } from './currency.ts';
import { currentRow } from './current-row.ts';
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
import { freshnessOf, freshnessShape } from './freshness.ts';
import { includeQuery } from './included.ts';
import { includedShape, taskShape } from './record-shapes.ts';
import { includedWithTasks, taskIncludes, wholeTask } from './task-answers.ts';
import { unknownRecord } from './unknown.ts';
import { makersOf } from './written-by.ts';

const querystring = z.strictObject({
  include: includeQuery([...taskIncludes, 'comments', 'attachments', 'activities']),
});

const answer = z.object({
  task: taskShape,
  /** The first page of each, as its own address gives it. */
  comments: commentsShape.optional(),
  attachments: attachmentsShape.optional(),
  activities: activitiesShape.optional(),
  freshness: freshnessShape,
  included: includedShape,
});

/** `GET /portal/v1/tasks/:id`: a whole task page in one request, if it is asked for by `include`. */
export function addGetTask(app: FastifyInstance, deps: PortalDependencies, currency: Currency): void {
  const schema = { params: idParams, querystring, response: { 200: answer, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/tasks/:id', { schema }, async (request) => {
    const caller = callerIn(request);
    const { id } = request.params;
    const { include } = request.query;
    const row = await currentRow({ currency, entity: 'tasks' }, () =>
      deps.portal.store().tasks.find(caller, Number(id)),
    );
    if (row === null) throw unknownRecord('task', id);
    const task = wholeTask(caller, row);
    const { discussion, records } = await discussionOf({ deps, caller, taskId: row.id }, include);
    const [freshness, included] = await Promise.all([
      freshnessOf(deps, 'tasks', [task, ...records]),
      includedWithTasks(deps, caller, include, [task], { people: makersOf(records) }),
    ]);
    return { task, ...discussion, freshness, included };
  });
}

const firstPage = { sort: '-createdAt', limit: 50 };

async function discussionOf(of: OfTask, include: readonly string[]) {
  const [comments, attachments, activities] = await Promise.all([
    include.includes('comments') ? commentsOf(of, firstPage) : undefined,
    include.includes('attachments') ? attachmentsOf(of, firstPage) : undefined,
    include.includes('activities') ? activitiesOf(of, firstPage) : undefined,
  ]);
  const discussion = {
    ...(comments !== undefined && { comments }),
    ...(attachments !== undefined && { attachments }),
    ...(activities !== undefined && { activities }),
  };
  const records = [
    ...(comments?.comments ?? []),
    ...(attachments?.attachments ?? []),
    ...(activities?.activities ?? []),
  ];
  return { discussion, records };
}
