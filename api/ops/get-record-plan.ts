import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { idsOf, refOfKey } from '../../store/record-refs.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { pairOr404 } from './known-or-404.ts';
import { planShape, planView } from './plan-shape.ts';
import { badRequest, problems, recordParams } from './shapes.ts';

/** `GET …/:id/plan`: what a check of the record would do. Both systems are read, nothing is written. */
export function addGetRecordPlan(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params: recordParams, response: { 200: planShape, ...badRequest, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/pairs/:pair/records/:id/plan', { schema }, async ({ params }) => {
    const record = { pair: pairOr404(deps, params.pair).name, key: params.id };
    const known = await deps.store().records.find(record.pair, record.key);
    const preview = await deps.preview(record);
    return planView(known ?? idsOf(refOfKey(record)), preview);
  });
}
