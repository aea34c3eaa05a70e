import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { conflictShape, conflictView } from './conflict-shape.ts';
import { pairOr404 } from './known-or-404.ts';
import { badRequest, nextAfter, pageQuery, problems } from './shapes.ts';

const states = { open: ['open'], decided: ['decided'], 'all-open': ['open', 'decided'] } as const;

const querystring = pageQuery.extend({
  pair: z.string().optional(),
  field: z.string().optional(),
  state: z
    .enum(['open', 'decided', 'all-open'])
    .default('all-open')
    .describe('`decided`: by a person, and not yet carried out'),
});
export const conflictsPage = z.object({ conflicts: z.array(conflictShape), next: z.int().nullable() });

/** `GET /api/v1/conflicts`: fields that only a person may settle, in the order of their opening. */
export function addGetConflicts(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { querystring, response: { 200: conflictsPage, ...badRequest, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/conflicts', { schema }, async ({ query }) => {
    const { pair, field, state, limit, after } = query;
    if (pair !== undefined) pairOr404(deps, pair);
    const found = await deps.store().conflicts.list({ pair, field, states: states[state] }, { limit, after });
    const next = nextAfter(
      found.map(({ conflict }) => conflict),
      limit,
    );
    return { conflicts: found.map(conflictView), next };
  });
}
