import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { pairView } from './get-pairs.ts';
import { pairShape, problems, recordShape, recordView } from './shapes.ts';

export const statusShape = z.object({
  inbox: z.object({ waiting: z.int(), oldestDueAt: z.iso.datetime().nullable() }),
  temporal: z.enum(['ok', 'not reachable']),
  pairs: z.array(
    pairShape.extend({
      /** Fields that wait for a person's decision. */
      openConflicts: z.int(),
      troubled: z.array(recordShape),
    }),
  ),
});
const troubledShown = 10;

/** `GET /api/v1/status`: how things stand, with the latest troubled records of each pair. */
export function addGetStatus(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { response: { 200: statusShape, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/status', { schema }, async () => {
    const { hints, records } = deps.store();
    const depth = await hints.depth(deps.now());
    const temporal = await deps.pings.temporal().then(
      () => 'ok' as const,
      () => 'not reachable' as const,
    );
    const pairs = deps.pairs.map(async (pair) => ({
      ...(await pairView(deps, pair)),
      openConflicts: await deps.store().conflicts.count({ pair: pair.name, states: ['open'] }),
      troubled: (await records.troubled(pair.name, troubledShown)).map(recordView),
    }));
    const inbox = { waiting: depth.waiting, oldestDueAt: depth.oldestDueAt?.toISOString() ?? null };
    return { inbox, temporal, pairs: await Promise.all(pairs) };
  });
}
