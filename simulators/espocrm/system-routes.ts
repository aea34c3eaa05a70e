import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { EspoUser } from './database.ts';
import { EspoError } from './espo-error.ts';
import { espoTime } from './espo-time.ts';
import type { Instance } from './instance.ts';
import type { WhoAsks } from './record-routes.ts';
import type { Subscription } from './webhooks.ts';

const values = z.record(z.string(), z.unknown()).catch({});

/** Everything beside records: the user, metadata, settings, webhooks. */
export function addSystemRoutes(app: FastifyInstance, instance: Instance, whoAsks: WhoAsks): void {
  app.get('/App/user', (request) => {
    const { id, userName, name, kind } = whoAsks(request);
    return {
      user: { id, userName, name, type: kind },
      acl: {},
      settings: { recordListMaxSizeLimit: 200, timeZone: 'UTC' },
    };
  });
  app.get('/Settings', (request) => {
    whoAsks(request);
    return { recordListMaxSizeLimit: 200, timeZone: 'UTC', version: '9.2.7' };
  });
  app.get<{ Querystring: { key?: string } }>('/Metadata', (request) => {
    whoAsks(request);
    return metadata(instance, request.query.key ?? '');
  });
  app.post('/Notification', (request) => {
    if (whoAsks(request).kind !== 'admin') throw new EspoError(403, 'No create access.');
    return {};
  });
  addWebhookRoutes(app, instance, whoAsks);
}

function metadata({ database }: Instance, key: string): unknown {
  const [section, entityType = '', ...path] = key.split('.');
  if (section !== 'entityDefs') return null;
  const definition = database.definition(entityType);
  let node: unknown = {
    fields: definition.fields,
    optimisticConcurrencyControl: definition.optimisticConcurrencyControl,
  };
  for (const part of path) node = values.parse(node)[part];
  return node ?? null;
}

function addWebhookRoutes(app: FastifyInstance, { webhooks, now }: Instance, whoAsks: WhoAsks): void {
  const shown = (subscription: Subscription) => {
    const { owner, ...rest } = subscription;
    const [entityType, type, field] = subscription.event.split('.');
    const time = espoTime(now());
    return {
      ...rest,
      deleted: false,
      entityType,
      type,
      field,
      createdAt: time,
      modifiedAt: time,
      createdById: owner.id,
      createdByName: owner.name,
    };
  };
  const own = (user: EspoUser) => webhooks.list().filter(({ owner }) => user.kind === 'admin' || owner.id === user.id);
  app.post('/Webhook', async (request, reply) =>
    reply.code(201).send(shown(webhooks.register(values.parse(request.body), whoAsks(request)))),
  );
  app.get('/Webhook', (request) => {
    const list = own(whoAsks(request)).map(shown);
    return { total: list.length, list };
  });
  app.get<{ Params: { id: string } }>('/Webhook/:id', (request) => {
    const found = own(whoAsks(request)).find(({ id }) => id === request.params.id);
    if (found === undefined) throw new EspoError(404, `Record ${request.params.id} does not exist.`);
    return shown(found);
  });
  app.put<{ Params: { id: string } }>('/Webhook/:id', (request) => {
    const isOwn = own(whoAsks(request)).some(({ id }) => id === request.params.id);
    const updated = isOwn ? webhooks.update(request.params.id, values.parse(request.body)) : undefined;
    if (updated === undefined) throw new EspoError(404, `Record ${request.params.id} not found.`);
    return shown(updated);
  });
  app.delete<{ Params: { id: string } }>('/Webhook/:id', async (request, reply) => {
    const isOwn = own(whoAsks(request)).some(({ id }) => id === request.params.id);
    if (!isOwn) throw new EspoError(404, `Record ${request.params.id} not found.`);
    webhooks.remove(request.params.id);
    return reply.type('application/json').send('true');
  });
}
