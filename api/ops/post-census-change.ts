import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { CensusRun } from '../../store/census-runs.ts';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { censusRun, censusView, noCensus } from './census-shape.ts';
import { pairOr404 } from './known-or-404.ts';
import { pairParams, problems, refused } from './shapes.ts';

const changes = {
  pause: { to: 'paused', carryOut: ({ censusRuns }, id) => censusRuns.pause(id) },
  resume: { to: 'running', carryOut: ({ censusRuns }, id) => censusRuns.resume(id) },
  cancel: { to: 'canceled', carryOut: ({ censusRuns }, id, now) => censusRuns.cancel(id, now) },
} as const satisfies Record<string, Change>;

interface Change {
  readonly to: CensusRun['state'];
  readonly carryOut: (store: ReturnType<ApiDependencies['store']>, id: string, now: Date) => Promise<boolean>;
}

/**
 * `POST /api/v1/pairs/:pair/census/pause`, `…/resume` and `…/cancel`: for the latest walk. Said twice it is as said once.
 * @throws ApiError 404 if there was none, 409 if it has ended in another way
 */
export function addPostCensusChanges(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params: pairParams, response: { 200: censusRun, ...refused, ...problems } };
  for (const [name, change] of Object.entries(changes)) {
    app.withTypeProvider<ZodTypeProvider>().post(`/pairs/:pair/census/${name}`, { schema }, async ({ params }) => {
      const pair = pairOr404(deps, params.pair);
      const store = deps.store();
      const run = await store.censusRuns.latest(pair.name);
      if (run === null) throw noCensus(pair.name);
      await change.carryOut(store, run.id, deps.now());
      const changed = await store.censusRuns.find(run.id);
      if (changed?.state !== change.to) throw hasEnded(pair.name, name, changed ?? run);
      await tell(deps, changed);
      return censusView(deps, pair, run.id);
    });
  }
}

/** The row has changed already: whoever is not told sees it with the next step, or starts it anew. */
async function tell({ census }: ApiDependencies, { pair, id, state }: CensusRun): Promise<void> {
  const isTold = await census.look({ pair, runId: id });
  if (!isTold && state === 'running') await census.start({ pair, runId: id });
}

const hasEnded = (pair: string, change: string, { state, id }: CensusRun): ApiError =>
  new ApiError(
    409,
    'census_has_ended',
    `There is nothing to ${change}: the latest census of ${pair} (${id}) is ${state}; \`tandem census ${pair}\` begins another one`,
  );
