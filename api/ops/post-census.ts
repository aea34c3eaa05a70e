import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { CensusUnderWay } from '../../store/census-runs.ts';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies, PairInfo } from '../dependencies.ts';
import { callerOf } from './caller.ts';
import { censusRun, censusView, notHeard, wantedMode } from './census-shape.ts';
import { pairOr404 } from './known-or-404.ts';
import { badRequest, pairParams, problems, refused } from './shapes.ts';

const body = z.object({ mode: wantedMode.default('census'), dryRun: z.boolean().default(false) });

/**
 * `POST /api/v1/pairs/:pair/census`: begins a walk over both sides (202). It is stored first: whether Temporal answers or
 * not, it will be carried out, and `waitsFor` says if that is not yet so.
 * @throws ApiError 409 while another one has not ended, or for a rebuild from a master that shows no status
 */
export function addPostCensus(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params: pairParams, body, response: { 202: censusRun, ...badRequest, ...refused, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().post('/pairs/:pair/census', { schema }, async (request, reply) => {
    const pair = pairOr404(deps, request.params.pair);
    if (request.body.mode === 'rebuild' && pair.showsStatus === false) throw noStatus(pair);
    const wanted = { pair: pair.name, ...request.body, startedBy: callerOf(deps, request) };
    const run = await deps
      .store()
      .censusRuns.begin(wanted, deps.now())
      .catch((error: unknown) => {
        throw error instanceof CensusUnderWay ? underWay(pair.name) : error;
      });
    const isTold = await deps.census.start({ pair: pair.name, runId: run.id });
    const view = await censusView(deps, pair, run.id);
    return reply.code(202).send(isTold ? view : { ...view, waitsFor: view.waitsFor ?? notHeard });
  });
}

const noStatus = ({ name, master }: PairInfo): ApiError =>
  new ApiError(409, 'no_status', `${master.system} shows no status of ${name}, so nothing can be rebuilt from it`);

const underWay = (pair: string): ApiError =>
  new ApiError(
    409,
    'census_under_way',
    `A census of ${pair} is under way: \`tandem census ${pair} --follow\` follows it, \`tandem census ${pair} --cancel\` ends it`,
  );
