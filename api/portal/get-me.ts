import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { callerIn } from './caller.ts';
import { problems } from './shapes.ts';

const me = z.object({
  subject: z.string(),
  role: z.enum(['client', 'admin']),
  /** The portal's id. */
  companyId: z.string().nullable(),
});

/** `GET /portal/v1/me`: as whom the token lets its bearer in. */
export function addGetMe(app: FastifyInstance): void {
  app.withTypeProvider<ZodTypeProvider>().get('/me', { schema: { response: { 200: me, ...problems } } }, (request) => {
    const caller = callerIn(request);
    const { subject, role } = caller;
    return { subject, role, companyId: caller.role === 'client' ? String(caller.companyId) : null };
  });
}
