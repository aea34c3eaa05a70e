import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ApiDependencies } from '../dependencies.ts';
import { pairView } from './get-pairs.ts';
import { pairOr404 } from './known-or-404.ts';
import { pairParams, pairShape, problems } from './shapes.ts';

/** `POST /api/v1/pairs/:pair/resume`: everything that was hinted meanwhile is looked at. */
export function addPostResume(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params: pairParams, response: { 200: pairShape, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().post('/pairs/:pair/resume', { schema }, async ({ params }) => {
    const pair = pairOr404(deps, params.pair);
    await deps.store().pairs.resume(pair.name);
    return pairView(deps, pair);
  });
}
