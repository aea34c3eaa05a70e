import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { RegistrationAction } from '../../engine/registrations.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { SystemWebhooks } from '../webhooks/webhook-desk.ts';
import { problems, time } from './shapes.ts';

const stateShape = z.enum([
  'ok',
  'missing',
  'inactive',
  'elsewhere',
  'reports_own_writes',
  'double',
  'unwanted',
  'somebody_elses',
]);

export const webhooksShape = z.object({
  /** Where the systems reach us; null: PUBLIC_URL is not set, so nothing is registered. */
  publicUrl: z.string().nullable(),
  systems: z.array(
    z.object({
      system: z.string(),
      /** When they were last put right, and why not all could be. */
      checkedAt: time.nullable(),
      trouble: z.string().nullable(),
      /** Why they can't be shown; null: they are. */
      unreadable: z.string().nullable(),
      registrations: z.array(
        z.object({
          id: z.string().nullable(),
          pair: z.string().nullable(),
          event: z.string(),
          /** Of somebody else's only the host: the rest may be a secret. */
          url: z.string().nullable(),
          state: stateShape,
          /** When something with its signature last came in; null: not since we know it. */
          deliveredAt: time.nullable(),
        }),
      ),
    }),
  ),
});
type Webhooks = z.infer<typeof webhooksShape>;

/** `GET /api/v1/webhooks`: what each system has registered, what it should have, and what last came in. Asks the systems. */
export function addGetWebhooks(app: FastifyInstance, { webhookDesk }: ApiDependencies): void {
  const schema = { response: { 200: webhooksShape, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/webhooks', { schema }, async (): Promise<Webhooks> => ({
    publicUrl: webhookDesk.publicUrl,
    systems: (await webhookDesk.look()).map(systemView),
  }));
}

function systemView({ actions, deliveredAt, checkedAt, ...rest }: SystemWebhooks): Webhooks['systems'][number] {
  return {
    system: rest.system,
    checkedAt: checkedAt?.toISOString() ?? null,
    trouble: rest.trouble,
    unreadable: rest.unreadable,
    registrations: actions.map((action) => {
      const id = action.kind === 'create' ? null : action.of.id;
      return { id, ...shownOf(action), deliveredAt: deliveredAt.get(id ?? '')?.toISOString() ?? null };
    }),
  };
}

function shownOf(
  action: RegistrationAction,
): Pick<Webhooks['systems'][number]['registrations'][number], 'pair' | 'event' | 'url' | 'state'> {
  const pair = action.desired?.pair ?? null;
  if (action.kind === 'create') return { pair, event: action.desired.event, url: action.desired.url, state: 'missing' };
  const { event, url } = action.of;
  switch (action.kind) {
    case 'mend':
      return { pair, event, url, state: action.reasons[0] ?? 'ok' };
    case 'remove':
      return { pair, event, url, state: action.reason === 'unwanted' ? 'unwanted' : 'double' };
    case 'leave':
      return action.reason === 'as_desired'
        ? { pair, event, url, state: 'ok' }
        : { pair, event, url: hostOf(url), state: 'somebody_elses' };
  }
}

const hostOf = (url: string | null): string | null => (url !== null && URL.canParse(url) ? new URL(url).host : null);
