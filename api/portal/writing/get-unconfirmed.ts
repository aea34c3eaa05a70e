import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { UnconfirmedRow } from '../../../store/portal/unconfirmed.ts';
import { writtenEntities } from '../../../store/portal/write-store.ts';
import { adminIn } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { portalId, problems } from '../shapes.ts';
import { time } from './shapes.ts';

const query = z.object({
  state: z.enum(['pending', 'failed']).optional(),
  olderThanSeconds: z.coerce
    .number()
    .int()
    .min(0)
    .max(31_536_000)
    .default(0)
    .describe('Only those that wait for longer'),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});

const unconfirmed = z.object({
  records: z.array(
    z.object({
      entity: z.enum(writtenEntities),
      id: portalId,
      syncState: z.enum(['pending', 'failed']),
      /** When the first change was made that Productive has not confirmed. */
      since: time,
      ageSeconds: z.int(),
      /** Who made it; null: not through the portal. */
      subject: z.string().nullable(),
      /** Why it failed, or what it waits for, in words. */
      reason: z.string().nullable(),
      code: z.string().nullable(),
      /** Not sent before this time (PORTAL_WRITES). */
      sentFrom: time.nullable(),
      lastSyncedAt: time.nullable(),
    }),
  ),
});

/** `GET /portal/v1/sync/unconfirmed`: what was written here and has not come back, the oldest first. For admins. */
export function addGetUnconfirmed(app: FastifyInstance, deps: PortalDependencies): void {
  const schema = { querystring: query, response: { 200: unconfirmed, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/sync/unconfirmed', { schema }, async (request) => {
    adminIn(request);
    const { state = null, olderThanSeconds, limit } = request.query;
    const now = deps.now();
    const before = olderThanSeconds === 0 ? null : new Date(now.getTime() - olderThanSeconds * 1_000);
    const rows = await deps.portal.writing.store().unconfirmed.list({ state, before, limit });
    return { records: rows.map((row) => view(row, now)) };
  });
}

const view = ({ state, since, heldUntil, lastSyncedAt, ...row }: UnconfirmedRow, now: Date) => ({
  ...row,
  syncState: state,
  since: since.toISOString(),
  ageSeconds: Math.max(0, Math.floor((now.getTime() - since.getTime()) / 1_000)),
  sentFrom: heldUntil?.toISOString() ?? null,
  lastSyncedAt: lastSyncedAt?.toISOString() ?? null,
});
