import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import pLimit from 'p-limit';
import { definitionChanges } from '../../engine/definition-text.ts';
import { keyOf } from '../../store/record-refs.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { pairOr404 } from './known-or-404.ts';
import { isWorthTelling, planPage, planView } from './plan-shape.ts';
import { badRequest, nextAfter, pageQuery, pairParams, problems } from './shapes.ts';

/** Over all requests of this process: a preview costs the systems as many reads as a check. */
const previewsAtOnce = 4;

/** `GET /api/v1/pairs/:pair/plan`: what checks of the next couples, in the order of their creation, would do. */
export function addGetPlan(app: FastifyInstance, deps: ApiDependencies): void {
  const limited = pLimit(previewsAtOnce);
  const schema = {
    params: pairParams,
    querystring: pageQuery,
    response: { 200: planPage, ...badRequest, ...problems },
  };
  app.withTypeProvider<ZodTypeProvider>().get('/pairs/:pair/plan', { schema }, async ({ params, query }, reply) => {
    const pair = pairOr404(deps, params.pair).name;
    const { records, pairs } = deps.store();
    const { offered } = await pairs.state(pair);
    const links = await records.list(pair, { state: null, ...query });
    const gone = new AbortController();
    reply.raw.once('close', () => {
      gone.abort();
    });
    const plans = await Promise.all(
      links.map((link) =>
        limited(async () => {
          // Nobody waits for the answer any more.
          gone.signal.throwIfAborted();
          return planView(link, await deps.preview({ pair, key: keyOf(link) }));
        }),
      ),
    );
    return {
      definitionChanges: offered === null ? [] : [...definitionChanges(offered.accepted, offered.offered)],
      looked: links.length,
      plans: plans.filter(isWorthTelling),
      next: nextAfter(links, query.limit),
    };
  });
}
