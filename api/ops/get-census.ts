import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { censusRun, censusView, noCensus } from './census-shape.ts';
import { pairOr404 } from './known-or-404.ts';
import { badRequest, pairParams, problems } from './shapes.ts';

const query = z.object({ run: z.uuid().optional().describe('Without it: the latest') });
const runsShown = 20;
export const censusRuns = z.object({ runs: z.array(censusRun) });

/** `GET /api/v1/pairs/:pair/census`: the latest walk, or the one that is named. @throws ApiError 404 if there is none */
export function addGetCensus(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params: pairParams, querystring: query, response: { 200: censusRun, ...badRequest, ...problems } };
  app
    .withTypeProvider<ZodTypeProvider>()
    .get('/pairs/:pair/census', { schema }, async ({ params, query: { run: id } }) => {
      const pair = pairOr404(deps, params.pair);
      const { censusRuns: runs } = deps.store();
      const run = id === undefined ? await runs.latest(pair.name) : await runs.find(id);
      if (id !== undefined && run?.pair !== pair.name) {
        throw new ApiError(404, 'unknown_census', `There is no census ${id} of ${pair.name}`);
      }
      if (run === null) throw noCensus(pair.name);
      return censusView(deps, pair, run.id);
    });
}

/** `GET /api/v1/pairs/:pair/census/runs`: the last twenty, the latest first. */
export function addGetCensusRuns(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params: pairParams, response: { 200: censusRuns, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/pairs/:pair/census/runs', { schema }, async ({ params }) => {
    const pair = pairOr404(deps, params.pair);
    const recent = await deps.store().censusViews.recent(pair.name, runsShown);
    return { runs: await Promise.all(recent.map(({ id }) => censusView(deps, pair, id))) };
  });
}
