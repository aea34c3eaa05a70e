import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { keyOf } from '../../store/record-refs.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { callerOf } from './caller.ts';
import { answerFrom, refuseUnfitting } from './fitting-answer.ts';
import { recordOr404 } from './known-or-404.ts';
import { lookNow } from './looked.ts';
import { answerBody } from './question-shape.ts';
import { badRequest, checkShape, pendingShape, problems, recordParams, refused } from './shapes.ts';

/**
 * `POST …/:id/answer`: what a person answers to the question of a parked record. The answer is kept and carried out by
 * a look over what both systems show then; what came of it is told as for a check (200, or 202 when it takes longer).
 * @throws ApiError 409 if the record has no question, or one that does not take the answer
 */
export function addPostAnswer(app: FastifyInstance, deps: ApiDependencies): void {
  const response = { 200: checkShape, 202: pendingShape, ...badRequest, ...refused, ...problems };
  const schema = { params: recordParams, body: answerBody, response };
  app
    .withTypeProvider<ZodTypeProvider>()
    .post('/pairs/:pair/records/:id/answer', { schema }, async (request, reply) => {
      const { params, body } = request;
      const link = await recordOr404(deps, params.pair, params.id);
      refuseUnfitting({ link, id: params.id }, body.answer);
      const now = deps.now();
      const given = { answer: answerFrom(body), by: callerOf(deps, request), at: now.toISOString() };
      await deps.store().records.answer([link], given, now);
      const { status, body: looked } = await lookNow(deps, { pair: link.pair, key: keyOf(link) });
      return reply.code(status).send(looked);
    });
}
