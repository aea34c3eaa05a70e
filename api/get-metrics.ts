import type { FastifyInstance } from 'fastify';
import type { ApiDependencies } from './dependencies.ts';

/** `GET /metrics`, in Prometheus' text format. */
export function addMetrics(app: FastifyInstance, { metrics }: Pick<ApiDependencies, 'metrics'>): void {
  app.get('/metrics', async (_request, reply) => {
    const text = await metrics.registry.metrics();
    return reply.type(metrics.registry.contentType).send(text);
  });
}
