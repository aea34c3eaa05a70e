import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiDependencies, PairInfo } from '../dependencies.ts';
import { pairShape, problems } from './shapes.ts';
import { definitionChanges } from '../../engine/definition-text.ts';

/** `GET /api/v1/pairs`: every pair with its counts and whether it is paused. */
export function addGetPairs(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { response: { 200: z.object({ pairs: z.array(pairShape) }), ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/pairs', { schema }, async () => ({
    pairs: await Promise.all(deps.pairs.map((pair) => pairView(deps, pair))),
  }));
}

export async function pairView(deps: ApiDependencies, pair: PairInfo): Promise<z.infer<typeof pairShape>> {
  const { records, pairs } = deps.store();
  const { stop, offered, removalsHeldAt } = await pairs.state(pair.name);
  return {
    name: pair.name,
    master: { ...pair.master },
    replica: { ...pair.replica },
    pointsTo: [...(pair.pointsTo ?? [])],
    paused: stop === null ? null : { since: stop.since.toISOString(), reason: stop.reason },
    definitionChanges: offered === null ? [] : [...definitionChanges(offered.accepted, offered.offered)],
    deletionsHeldSince: removalsHeldAt?.toISOString() ?? null,
    records: { ...(await records.counts(pair.name)) },
  };
}
