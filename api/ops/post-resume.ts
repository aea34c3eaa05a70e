import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { pairView } from './get-pairs.ts';
import { pairOr404 } from './known-or-404.ts';
import { pairParams, pairShape, problems, refused } from './shapes.ts';

/**
 * `POST /api/v1/pairs/:pair/resume`: everything that was hinted meanwhile is looked at, unless a changed definition
 * still waits to be accepted: then `definitionChanges` of the answer says so.
 * @throws ApiError 409 if nothing but the definition stops the pair
 */
export function addPostResume(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params: pairParams, response: { 200: pairShape, ...refused, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().post('/pairs/:pair/resume', { schema }, async ({ params }) => {
    const pair = pairOr404(deps, params.pair);
    const { pairs } = deps.store();
    const { stop, offered } = await pairs.state(pair.name);
    if (stop === null && offered !== null) throw definitionWaits(pair.name);
    await pairs.resume(pair.name);
    return pairView(deps, pair);
  });
}

const definitionWaits = (pair: string): ApiError =>
  new ApiError(
    409,
    'definition_waits',
    `${pair} is not paused: its definition has changed and waits to be accepted. \`tandem plan ${pair}\` shows what it would write, \`tandem plan ${pair} --accept\` accepts it`,
  );
