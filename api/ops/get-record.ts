import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ApiDependencies } from '../dependencies.ts';
import { recordOr404 } from './known-or-404.ts';
import { problems, recordParams, recordShape, recordView } from './shapes.ts';

/** `GET /api/v1/pairs/:pair/records/:id`: what Tandem knows of one record. */
export function addGetRecord(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params: recordParams, response: { 200: recordShape, ...problems } };
  app
    .withTypeProvider<ZodTypeProvider>()
    .get('/pairs/:pair/records/:id', { schema }, async ({ params }) =>
      recordView(await recordOr404(deps, params.pair, params.id)),
    );
}
