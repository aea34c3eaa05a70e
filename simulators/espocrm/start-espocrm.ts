import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { addCommonControls } from '../control-routes.ts';
import { Faults, installReception } from '../faults.ts';
import { RateLimit, type RateWindow } from '../rate-limit.ts';
import { RequestLog } from '../request-log.ts';
import { Authentication } from './authentication.ts';
import { type DatabaseOptions, EspoDatabase, type EspoRecord, type EspoUser } from './database.ts';
import { type EntityDefinition, entityDefinitions } from './entity-definition.ts';
import { EspoError } from './espo-error.ts';
import type { Instance, StreamNote } from './instance.ts';
import { addNoteRoutes } from './note-routes.ts';
import { createRecordIds } from './record-id.ts';
import { addRecordRoutes } from './record-routes.ts';
import { addSystemRoutes } from './system-routes.ts';
import { Webhooks } from './webhooks.ts';

export interface EspoCrmOptions {
  /** Default: a free one. Several instances may run beside each other. */
  port?: number;
  /** Of the API user, so that instances can have different ones. */
  apiKey?: string;
  now?: () => Date;
  optimisticConcurrency?: boolean;
  definitions?: Readonly<Record<string, EntityDefinition>>;
  beforeSave?: NonNullable<DatabaseOptions['beforeSave']>;
  /** Told of every save that changed something, whoever made it, before the request is answered. */
  onSave?: DatabaseOptions['onSave'];
  /** Of the dice that say which requests a fault with a probability hits. */
  faultSeed?: number;
  /** What a reverse proxy in front of it lets through; the rest gets 429. Default: everything. */
  rateLimit?: readonly RateWindow[];
}

type Values = Readonly<Record<string, unknown>>;

/** A running EspoCRM of the version 9.2.7, as it was observed. */
export interface EspoCrm {
  /** `http://127.0.0.1:<port>`, without `/api/v1`. */
  url: string;
  requests: RequestLog;
  faults: Faults;
  rateLimit: RateLimit;
  webhooks: Webhooks;
  apiUser: EspoUser & { apiKey: string };
  hmacUser: EspoUser & { apiKey: string; secretKey: string };
  admin: EspoUser & { password: string };
  anna: EspoUser;
  /** People at work, past the API and its request log, with the same rules and webhook events. */
  create(entityType: string, attributes: Values, by?: EspoUser): EspoRecord;
  update(entityType: string, id: string, attributes: Values, by?: EspoUser): EspoRecord;
  remove(entityType: string, id: string, by?: EspoUser): void;
  restore(entityType: string, id: string): void;
  silentUpdate(entityType: string, id: string, attributes: Values): void;
  /** A copy of the stored record. */
  record(entityType: string, id: string): EspoRecord | undefined;
  records(entityType: string): EspoRecord[];
  /** What was posted in the record's stream, oldest first. */
  stream(entityType: string, id: string): StreamNote[];
  /** API users get 403 when they post in the stream of a record of the entity. */
  closeStream(entityType: string): void;
  /** API users get 403 for the record, and lists leave it out. */
  forbid(entityType: string, id: string): void;
  /** API users do not see the field. */
  hideField(entityType: string, field: string): void;
  /** API users get 403 when they delete records of the entity. */
  forbidDeletion(entityType: string): void;
  /** What API users write into the field is dropped silently. */
  forbidField(entityType: string, field: string): void;
  maintenance(on: boolean): void;
  unlockAddresses(): void;
  stop(): Promise<void>;
}

const users = {
  apiUser: {
    id: '6b00f4dde4cd1b1ba',
    name: 'sync_api',
    userName: 'sync_api',
    kind: 'api',
  },
  hmacUser: {
    id: '6b00f4dde4cd1b1bb',
    name: 'sync_hmac',
    userName: 'sync_hmac',
    kind: 'api',
    apiKey: 'hmac-key',
    secretKey: 'hmac-secret',
  },
  admin: {
    id: '6b00f455613db2421',
    name: 'Admin',
    userName: 'admin',
    kind: 'admin',
    password: 'admin-of-the-simulator',
  },
  anna: { id: '6b00f4de6875fde00', name: 'Anna', userName: 'anna', kind: 'regular' },
} as const;

const usersOf = ({ apiKey = 'api-key-of-the-simulator' }: EspoCrmOptions) => ({
  ...users,
  apiUser: { ...users.apiUser, apiKey },
});

export async function startEspoCrm(options: EspoCrmOptions = {}): Promise<EspoCrm> {
  const requests = new RequestLog();
  const faults = new Faults(options.faultSeed);
  const rateLimit = new RateLimit(options.rateLimit);
  const instance = createInstance(options, requests);
  const app = createApp(instance);
  installReception(app, { requests, faults, rateLimit });
  addCommonControls(app, requests, faults);
  app.post('/_control/deliver', () => instance.webhooks.deliver());
  const api = apiOf(instance);
  app.register(api, { prefix: '/api/v1' });
  const url = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  const own = { ...usersOf(options), ...peopleOf(instance) };
  return { url, requests, faults, rateLimit, ...own, stop: () => stop(app, instance) };
}

function createInstance(options: EspoCrmOptions, requests: RequestLog): Instance {
  const now = options.now ?? (() => new Date());
  const newId = createRecordIds(now);
  const definitions = definitionsOf(options);
  const webhooks = new Webhooks({ now, newId, isEntity: (entityType) => entityType in definitions });
  const database = new EspoDatabase({
    definitions,
    now,
    newId,
    ...(options.beforeSave !== undefined && { beforeSave: options.beforeSave }),
    onSave: (event) => {
      webhooks.publish(event);
      options.onSave?.(event);
    },
  });
  const { apiUser, hmacUser, admin } = usersOf(options);
  const authentication = new Authentication(
    [
      { method: 'apiKey', user: apiUser, apiKey: apiUser.apiKey },
      { method: 'hmac', user: hmacUser, apiKey: hmacUser.apiKey, secretKey: hmacUser.secretKey },
      { method: 'basic', user: admin, password: admin.password },
    ],
    now,
  );
  const empty = {
    forbiddenRecords: new Set<string>(),
    forbiddenFields: new Set<string>(),
    hiddenFields: new Set<string>(),
    undeletable: new Set<string>(),
    closedStreams: new Set<string>(),
    maintenance: false,
    notes: [],
  };
  return { now, database, webhooks, authentication, requests, ...empty };
}

function definitionsOf({ definitions = {}, optimisticConcurrency }: EspoCrmOptions) {
  const all = { ...entityDefinitions, ...definitions };
  if (optimisticConcurrency === undefined) return all;
  return Object.fromEntries(
    Object.entries(all).map(([name, one]) => [name, { ...one, optimisticConcurrencyControl: optimisticConcurrency }]),
  );
}

function createApp(instance: Instance): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true });
  // Whatever the content type says, the body is read as JSON; one that is none ends in a 500 (observed).
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? {} : JSON.parse(String(body)));
    } catch {
      done(new EspoError(500, null));
    }
  });
  app.setErrorHandler((error, _request, reply) => answerError(error, reply));
  app.setNotFoundHandler(async (_request, reply) => reply.code(404).send(''));
  app.addHook('onSend', async (_request, reply) => {
    if (reply.statusCode < 300) void reply.header('X-App-Timestamp', '1795224524');
    void reply.header('Date', instance.now().toUTCString());
    return Promise.resolve();
  });
  return app;
}

async function answerError(error: unknown, reply: FastifyReply): Promise<FastifyReply> {
  if (!(error instanceof EspoError)) return reply.code(500).send('');
  if (error.reason !== null) void reply.header('X-Status-Reason', error.reason);
  return reply.code(error.status).type('application/json').send(error.body);
}

const apiOf = (instance: Instance) => (app: FastifyInstance, _options: unknown, done: () => void) => {
  const whoAsks = (request: FastifyRequest): EspoUser => {
    const [path = ''] = request.url.split('?');
    const user = instance.authentication.user({
      headers: request.headers,
      method: request.method,
      path,
      address: request.ip,
    });
    if (instance.maintenance && user.kind !== 'admin') {
      const message = 'Application is in maintenance mode.';
      throw new EspoError(503, message, { message });
    }
    const logged = instance.requests.all().at(-1);
    if (logged !== undefined) logged.userName = user.userName;
    return user;
  };
  addSystemRoutes(app, instance, whoAsks);
  addNoteRoutes(app, instance, whoAsks);
  addRecordRoutes(app, instance, whoAsks);
  done();
};

function peopleOf(
  instance: Instance,
): Omit<EspoCrm, 'url' | 'requests' | 'faults' | 'rateLimit' | 'stop' | keyof typeof users> {
  const { database, webhooks, authentication } = instance;
  return {
    webhooks,
    create: (entityType, attributes, by = users.anna) => ({ ...database.create(entityType, attributes, by) }),
    update: (entityType, id, attributes, by = users.anna) => ({ ...database.update(entityType, id, attributes, by) }),
    remove: (entityType, id, by = users.anna) => {
      database.remove(entityType, id, by);
    },
    restore: (entityType, id) => {
      database.restore(entityType, id);
    },
    silentUpdate: (entityType, id, attributes) => {
      database.silentUpdate(entityType, id, attributes);
    },
    record: (entityType, id) => structuredClone(database.find(entityType, id)),
    records: (entityType) => structuredClone(database.all(entityType)),
    stream: (entityType, id) =>
      structuredClone(instance.notes.filter((note) => note.parentType === entityType && note.parentId === id)),
    closeStream: (entityType) => instance.closedStreams.add(entityType),
    forbid: (entityType, id) => instance.forbiddenRecords.add(`${entityType}/${id}`),
    hideField: (entityType, field) => instance.hiddenFields.add(`${entityType}.${field}`),
    forbidDeletion: (entityType) => instance.undeletable.add(entityType),
    forbidField: (entityType, field) => instance.forbiddenFields.add(`${entityType}.${field}`),
    maintenance: (on) => {
      instance.maintenance = on;
    },
    unlockAddresses: () => {
      authentication.unlock();
    },
  };
}

async function stop(app: FastifyInstance, { webhooks }: Instance): Promise<void> {
  webhooks.stop();
  await app.close();
}
