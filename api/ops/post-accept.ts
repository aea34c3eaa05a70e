import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { pairView } from './get-pairs.ts';
import { pairOr404 } from './known-or-404.ts';
import { pairParams, pairShape, problems, refused } from './shapes.ts';

export const acceptedShape = z.object({
  /** What changed in the pair's definition, one line each. */
  accepted: z.array(z.string()),
  pair: pairShape,
});

/**
 * `POST /api/v1/pairs/:pair/accept`: the changed definition is in force; what was hinted meanwhile is looked at.
 * @throws ApiError 409 if it has not changed
 */
export function addPostAccept(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params: pairParams, response: { 200: acceptedShape, ...refused, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().post('/pairs/:pair/accept', { schema }, async ({ params }) => {
    const pair = pairOr404(deps, params.pair);
    const { definitionChanges: accepted } = await pairView(deps, pair);
    if (!(await deps.store().pairs.accept(pair.name))) {
      throw new ApiError(
        409,
        'nothing_to_accept',
        `The definition of ${pair.name} is in force; nothing waits to be accepted`,
      );
    }
    return { accepted, pair: await pairView(deps, pair) };
  });
}
