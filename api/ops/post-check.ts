import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ApiDependencies } from '../dependencies.ts';
import { pairOr404 } from './known-or-404.ts';
import { lookNow } from './looked.ts';
import { checkShape, pendingShape, problems, recordParams } from './shapes.ts';

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
      const { status, body } = await lookNow(deps, { pair, key: params.id });
      return reply.code(status).send(body);
    });
}
