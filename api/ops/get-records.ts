import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { pairOr404 } from './known-or-404.ts';
import { nextAfter, pageQuery, pairParams, problems, recordShape, recordView } from './shapes.ts';

const querystring = pageQuery.extend({
  state: z.enum(['new', 'linked', 'unlinked', 'deleted', 'parked']).optional(),
});
const page = z.object({ records: z.array(recordShape), next: z.int().nullable() });

/** `GET /api/v1/pairs/:pair/records`: the pair's records, page by page. */
export function addGetRecords(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params: pairParams, querystring, response: { 200: page, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/pairs/:pair/records', { schema }, async ({ params, query }) => {
    const { state = null, limit, after } = query;
    const links = await deps.store().records.list(pairOr404(deps, params.pair).name, { state, limit, after });
    return { records: links.map(recordView), next: nextAfter(links, limit) };
  });
}
