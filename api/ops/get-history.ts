import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { recordOr404 } from './known-or-404.ts';
import { historyShape, historyView, problems, recordParams } from './shapes.ts';

const querystring = z.object({
  field: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

/** `GET …/:id/history`: every attribute that Tandem wrote, over what, and why; the latest first. */
export function addGetHistory(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = {
    params: recordParams,
    querystring,
    response: { 200: z.object({ history: z.array(historyShape) }), ...problems },
  };
  app
    .withTypeProvider<ZodTypeProvider>()
    .get('/pairs/:pair/records/:id/history', { schema }, async ({ params, query }) => {
      const link = await recordOr404(deps, params.pair, params.id);
      const rows = await deps.store().records.history(link.id, { field: query.field ?? null, limit: query.limit });
      return { history: rows.map(historyView) };
    });
}
