import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { pairOr404 } from './known-or-404.ts';
import { questionCode, questionShape, questionView } from './question-shape.ts';
import { badRequest, nextAfter, pageQuery, pairParams, problems } from './shapes.ts';

const querystring = pageQuery.extend({ code: questionCode.optional() });
export const questionsPage = z.object({ questions: z.array(questionShape), next: z.int().nullable() });

/** `GET /api/v1/pairs/:pair/questions`: records that wait for a person's answer, in the order of their creation. */
export function addGetQuestions(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params: pairParams, querystring, response: { 200: questionsPage, ...badRequest, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/pairs/:pair/questions', { schema }, async ({ params, query }) => {
    const { code, limit, after } = query;
    const codes = code === undefined ? questionCode.options : [code];
    const asking = await deps.store().records.asking(pairOr404(deps, params.pair).name, codes, { limit, after });
    return { questions: asking.flatMap(questionView), next: nextAfter(asking, limit) };
  });
}
