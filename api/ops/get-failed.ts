import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Link } from '../../store/link-rows.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { pairOr404 } from './known-or-404.ts';
import { badRequest, failureCode, pageQuery, pairParams, problems, time } from './shapes.ts';

export const failedShape = z.object({
  masterId: z.string().nullable(),
  replicaId: z.string().nullable(),
  /** `waiting`: it is tried again by itself. */
  state: z.enum(['waiting', 'permanently_failed']),
  code: z.string(),
  system: z.string().nullable(),
  message: z.string(),
  attempts: z.int(),
  failedAt: time,
  nextAttemptAt: time.nullable(),
});
export const failedPage = z.object({ records: z.array(failedShape), next: z.int().nullable() });

/** `GET /api/v1/pairs/:pair/failed`: records that were given up or wait for their next attempt, in the order of their creation. */
export function addGetFailed(app: FastifyInstance, deps: ApiDependencies): void {
  const querystring = pageQuery.extend({ code: failureCode.optional() });
  const schema = { params: pairParams, querystring, response: { 200: failedPage, ...badRequest, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/pairs/:pair/failed', { schema }, async ({ params, query }) => {
    const { code = null, limit, after } = query;
    const failed = await deps.store().records.failed(pairOr404(deps, params.pair).name, { code, limit, after });
    const next = failed.length === limit ? (failed.at(-1)?.id ?? null) : null;
    return { records: failed.flatMap(failedView), next };
  });
}

function failedView({ masterId, replicaId, failure, attempts, nextAttemptAt }: Link): z.infer<typeof failedShape>[] {
  if (failure === null) return [];
  const { code, system, message, at: failedAt } = failure;
  const reason = { code, system, message, attempts, failedAt };
  const ids = { masterId, replicaId };
  return nextAttemptAt === null
    ? [{ ...ids, ...reason, state: 'permanently_failed', nextAttemptAt: null }]
    : [{ ...ids, ...reason, state: 'waiting', nextAttemptAt: nextAttemptAt.toISOString() }];
}
