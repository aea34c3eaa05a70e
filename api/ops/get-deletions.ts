import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { deletionQuestions } from '../../engine/question.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { pairOr404 } from './known-or-404.ts';
import { questionShape, questionView } from './question-shape.ts';
import { badRequest, nextAfter, pageQuery, pairParams, problems, time } from './shapes.ts';

export const deletionsPage = z.object({
  /** Since when the pair deletes nothing by itself, because there was too much of it. */
  heldSince: time.nullable(),
  questions: z.array(questionShape),
  next: z.int().nullable(),
});

/** `GET /api/v1/pairs/:pair/deletions`: what is left of couples and waits for a person's answer. */
export function addGetDeletions(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = {
    params: pairParams,
    querystring: pageQuery,
    response: { 200: deletionsPage, ...badRequest, ...problems },
  };
  app.withTypeProvider<ZodTypeProvider>().get('/pairs/:pair/deletions', { schema }, async ({ params, query }) => {
    const pair = pairOr404(deps, params.pair).name;
    const { records, pairs } = deps.store();
    const asking = await records.asking(pair, deletionQuestions, query);
    const { removalsHeldAt } = await pairs.state(pair);
    const next = nextAfter(asking, query.limit);
    return { heldSince: removalsHeldAt?.toISOString() ?? null, questions: asking.flatMap(questionView), next };
  });
}
