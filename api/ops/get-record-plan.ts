import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { refOfKey } from '../../store/hints.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { pairOr404 } from './known-or-404.ts';
import { planShape, planView } from './plan-shape.ts';
import { badRequest, problems, recordParams } from './shapes.ts';

const previewTimeoutMs = 30_000;

/** `GET …/:id/plan`: what a check of the record would do. Both systems are read, nothing is written. */
export function addGetRecordPlan(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params: recordParams, response: { 200: planShape, ...badRequest, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/pairs/:pair/records/:id/plan', { schema }, async ({ params }) => {
    const pair = pairOr404(deps, params.pair).name;
    const known = await deps.store().records.find(pair, params.id);
    const preview = await deps.preview({ pair, key: params.id }, AbortSignal.timeout(previewTimeoutMs));
    return planView(known ?? stranger(pair, params.id), preview);
  });
}

/** A record that no pass has seen yet. */
function stranger(pair: string, key: string) {
  const { side, recordId } = refOfKey({ pair, key });
  return { masterId: null, replicaId: null, [`${side}Id` as const]: recordId };
}
