import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { RecordRef } from '../../store/record-refs.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { Doorbell } from '../doorbell.ts';
import { pairOr404 } from './known-or-404.ts';
import { badRequest, failureCode, pairParams, problems } from './shapes.ts';

const body = z.strictObject(
  { all: z.literal(true), code: failureCode.optional() },
  { error: 'has to say "all": true, and may say "code": one kind of failure' },
);
export const retriedShape = z.object({ retried: z.int() });

/**
 * `POST /api/v1/pairs/:pair/retry`: the same as `…/:id/retry` for every record of the pair that has failed, or for those with one
 * code. Answers as soon as it is stored; the looks follow. Records that ask something are left alone.
 */
export function addPostRetry(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params: pairParams, body, response: { 200: retriedShape, ...badRequest, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().post('/pairs/:pair/retry', { schema }, async ({ params, body: { code } }) => {
    const pair = pairOr404(deps, params.pair).name;
    const { retried, unheard } = await deps.store().records.retryFailed(pair, code ?? null, deps.now());
    void ringInPortions(deps.doorbell, unheard);
    return { retried };
  });
}

/** As many as the sweeper rings for at once: a webhook that arrives meanwhile waits for no more than these. */
const portion = 500;

async function ringInPortions(doorbell: Doorbell, refs: readonly RecordRef[]): Promise<void> {
  for (let first = 0; first < refs.length; first += portion) await doorbell.ring(refs.slice(first, first + portion));
}
