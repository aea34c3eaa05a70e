import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { replicaKey } from '../../store/record-refs.ts';
import type { Link } from '../../store/link-rows.ts';
import { hasFailed } from '../../store/records.ts';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { recordOr404 } from './known-or-404.ts';
import { lookNow } from './looked.ts';
import { questionOf } from './question-shape.ts';
import { checkShape, pendingShape, problems, recordParams, refused } from './shapes.ts';

/**
 * `POST …/:id/retry`: ends the wait of a record, or revives one that was given up, and looks at it now; what came of it is
 * told as for a check (200, or 202 when it takes longer).
 * @throws ApiError 409 if the record asks something, which only an answer settles, or has not failed
 */
export function addPostRecordRetry(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params: recordParams, response: { 200: checkShape, 202: pendingShape, ...refused, ...problems } };
  app
    .withTypeProvider<ZodTypeProvider>()
    .post('/pairs/:pair/records/:id/retry', { schema }, async ({ params }, reply) => {
      const link = await recordOr404(deps, params.pair, params.id);
      refuseUnfailed(link, params.id);
      const key = link.masterId ?? replicaKey(link.replicaId ?? '');
      const { status, body } = await lookNow(deps, { pair: link.pair, key });
      return reply.code(status).send(body);
    });
}

function refuseUnfailed(link: Link, id: string): void {
  if (hasFailed(link)) return;
  const { pair } = link;
  if (questionOf(link) !== null) {
    throw new ApiError(
      409,
      'asks_a_question',
      `${id} asks something; \`tandem questions ${pair}\` shows what it takes`,
    );
  }
  throw new ApiError(
    409,
    'not_failed',
    `${id} has not failed; \`tandem sync-check ${pair} ${id}\` looks at it all the same`,
  );
}
