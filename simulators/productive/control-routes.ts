import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { addCommonControls } from '../control-routes.ts';
import type { Faults } from '../faults.ts';
import type { People } from './people-at-work.ts';
import { documentedLimits, type Limits, unlimited } from './options.ts';
import type { Instance } from './instance.ts';
import { ProductiveError } from './productive-error.ts';
import { UnknownResource } from './resources.ts';
import { friendly, hostile } from './unknowns.ts';

const values = z.record(z.string(), z.unknown());
const population = z.object({ scale: z.number().optional(), seed: z.int().optional() }).default({});
const window = z.object({ calls: z.int(), perMs: z.number() });
const limits = z.union([
  z.literal('documented'),
  z.literal('none'),
  z.object({
    perToken: z.array(window).default([]),
    perOrganization: z.array(window).default([]),
    reports: z.array(window).default([]),
    serverTime: z
      .object({ perHourMs: z.number(), perDayMs: z.number(), perCallMs: z.number(), perRecordMs: z.number() })
      .nullable()
      .default(null),
  }),
]);
const deliverySettings = z
  .strictObject({ maxRetries: z.int(), retryAfterMs: z.number(), failuresUntilOff: z.int(), timeoutMs: z.number() })
  .partial();
const merge = z.object({ kept: z.string(), vanishing: z.string() });

interface Target {
  type: string;
  id: string;
}
type Route = { Params: Target; Querystring: { silent?: string } };

/** Steers the simulator over HTTP: no token, not counted, no limit, no fault. */
export function addControlRoutes(app: FastifyInstance, instance: Instance, people: People, faults: Faults): void {
  addCommonControls(app, instance.requests, faults);
  app.register(
    (control, _options, done) => {
      control.setErrorHandler(async (error, _request, reply) => {
        const status = error instanceof ProductiveError ? error.status : error instanceof UnknownResource ? 404 : 400;
        return reply.code(status).send({ message: error instanceof Error ? error.message : String(error) });
      });
      addRecords(control, people);
      addWebhooks(control, instance, people);
      addConditions(control, instance, people);
      done();
    },
    { prefix: '/_control' },
  );
}

function addRecords(control: FastifyInstance, people: People): void {
  control.get<Route>('/records/:type', ({ params }) => people.records(params.type));
  control.get<Route>('/records/:type/:id', ({ params }) => people.record(params.type, params.id) ?? {});
  control.post<Route>('/records/:type', ({ params, body }) => people.create(params.type, values.parse(body)));
  control.patch<Route>('/records/:type/:id', ({ params: { type, id }, query, body }) => {
    if (query.silent === 'true') people.silentUpdate(type, id, values.parse(body));
    else people.update(type, id, values.parse(body));
    return people.record(type, id);
  });
  control.delete<Route>('/records/:type/:id', ({ params: { type, id } }) => {
    people.remove(type, id);
    return { removed: true };
  });
  control.post<Route>('/records/:type/:id/archive', ({ params }) => people.archive(params.type, params.id));
  control.post<Route>('/records/:type/:id/restore', ({ params }) => people.restore(params.type, params.id));
  control.post<Route>('/bin/:type/:id/recover', ({ params }) => people.recover(params.type, params.id));
  control.post<Route>('/bin/:type/:id/purge', ({ params }) => {
    people.purge(params.type, params.id);
    return { purged: true };
  });
  control.post('/people/merge', ({ body }) => {
    const { kept, vanishing } = merge.parse(body);
    return people.mergePeople(kept, vanishing);
  });
}

function addWebhooks(control: FastifyInstance, { webhooks }: Instance, people: People): void {
  control.get('/webhooks', () => ({ pending: webhooks.pending(), webhooks: people.records('webhooks') }));
  control.post('/webhooks/deliver', () => webhooks.deliver());
  /** Every so many milliseconds; null: no longer. */
  control.post('/webhooks/running', ({ body }) => {
    const { everyMs } = z.object({ everyMs: z.number().nullable() }).parse(body);
    if (everyMs === null) webhooks.stop();
    else webhooks.start(everyMs);
    return { everyMs };
  });
  control.post('/webhooks/settings', ({ body }) => Object.assign(webhooks.settings, deliverySettings.parse(body)));
  control.post<Route>('/webhooks/:id/off', ({ params }) => ({ lost: webhooks.switchOff(params.id) }));
}

function addConditions(
  control: FastifyInstance,
  { organization, requests, limits: counted, conditions }: Instance,
  people: People,
): void {
  control.post('/reset', () => {
    people.reset();
    return { reset: true };
  });
  control.post('/seed', ({ body }) => {
    const { scale = 1, seed = 1 } = population.parse(body ?? {});
    return people.generate({ scale, seed });
  });
  /** All at once, as `unknowns` of the options. */
  control.post('/behaviour/:kind', ({ params }) => {
    const { kind } = z.object({ kind: z.enum(['hostile', 'friendly']) }).parse(params);
    return Object.assign(organization.unknowns, structuredClone(kind === 'friendly' ? friendly : hostile));
  });
  control.post('/latency', ({ body }) => Object.assign(conditions, z.object({ latencyMs: z.number() }).parse(body)));
  control.post('/limits', ({ body }) => {
    const wanted = limits.parse(body);
    const named: Readonly<Record<string, Limits>> = { documented: documentedLimits, none: unlimited };
    counted.change(typeof wanted === 'string' ? (named[wanted] ?? unlimited) : wanted);
    return { changed: true };
  });
  control.get('/rates', () => ({
    ...{ arrived: counted.arrivals.arrived, refused: counted.refused },
    mostIn10s: counted.arrivals.mostInAnyWindow(10_000),
    mostIn30min: counted.arrivals.mostInAnyWindow(1_800_000),
    /** By method and path, ids as `:id`. */
    counts: requests.all().reduce<Record<string, number>>((counts, { method, path }) => {
      const key = `${method} ${path.replaceAll(/\/\d+/g, '/:id')}`;
      counts[key] = (counts[key] ?? 0) + 1;
      return counts;
    }, {}),
  }));
}
