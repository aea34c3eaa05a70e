import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { problems, refused } from './shapes.ts';

export const keepShape = z.object({ workflowId: z.string() });

/** `POST /api/v1/webhooks/keep`: has the systems' webhooks put right now. The answer does not wait for it. */
export function addPostWebhooksKeep(app: FastifyInstance, { webhookDesk }: ApiDependencies): void {
  const schema = { response: { 202: keepShape, ...refused, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().post('/webhooks/keep', { schema }, async (_request, reply) => {
    if (webhookDesk.publicUrl === null)
      throw new ApiError(409, 'no_public_url', 'PUBLIC_URL is not set: nobody knows where the systems reach Tandem');
    return reply.code(202).send({ workflowId: await webhookDesk.keep() });
  });
}
