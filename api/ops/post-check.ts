import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ApiDependencies } from '../dependencies.ts';
import { pairOr404 } from './known-or-404.ts';
import { checkShape, pendingShape, problems, recordParams, recordView } from './shapes.ts';

/**
 * `POST …/:id/check`: looks at both systems now and answers with what came of it (200), or with a handle when that
 * takes longer (202). It is never dropped, whether a look is under way or Temporal is away.
 */
export function addPostCheck(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params: recordParams, response: { 200: checkShape, 202: pendingShape, ...problems } };
  app
    .withTypeProvider<ZodTypeProvider>()
    .post('/pairs/:pair/records/:id/check', { schema }, async ({ params }, reply) => {
      const pair = pairOr404(deps, params.pair).name;
      const answer = await deps.checker.check({ pair, key: params.id });
      if (answer.kind === 'pending') {
        const { workflowId, reason } = answer;
        return reply.code(202).send({ pending: { workflowId, reason } });
      }
      const { outcome, fields, calls, tookMs } = answer.summary;
      const link = await deps.store().records.find(pair, params.id);
      const record = link === undefined ? null : recordView(link);
      return reply.code(200).send({ outcome, fields: [...fields], calls: { ...calls }, tookMs, record });
    });
}
