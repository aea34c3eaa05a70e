import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { pairView } from './get-pairs.ts';
import { pairOr404 } from './known-or-404.ts';
import { pairParams, pairShape, problems } from './shapes.ts';

const body = z.object({ reason: z.string().min(1).max(500) });

/** `POST /api/v1/pairs/:pair/pause`: hints go on being stored, nothing is read or written until it is resumed. */
export function addPostPause(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params: pairParams, body, response: { 200: pairShape, ...problems } };
  app
    .withTypeProvider<ZodTypeProvider>()
    .post('/pairs/:pair/pause', { schema }, async ({ params, body: { reason } }) => {
      const pair = pairOr404(deps, params.pair);
      await deps.store().pairs.pause(pair.name, reason, deps.now());
      return pairView(deps, pair);
    });
}
