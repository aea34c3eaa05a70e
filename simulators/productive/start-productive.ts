import { setTimeout as sleep } from 'node:timers/promises';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Faults, installReception } from '../faults.ts';
import { RateLimit } from '../rate-limit.ts';
import { RequestLog } from '../request-log.ts';
import { addActionRoutes } from './action-routes.ts';
import { furnish, persons } from './base-data.ts';
import { Consequences } from './consequences.ts';
import { addControlRoutes } from './control-routes.ts';
import { Documents } from './document.ts';
import { addFileRoutes } from './file-routes.ts';
import { FileStorage } from './file-storage.ts';
import type { Instance } from './instance.ts';
import { RequestLimits } from './limits.ts';
import { Lists } from './list.ts';
import { type ProductiveOptions, resolveOptions, type Settings } from './options.ts';
import { Organization } from './organization.ts';
import { type People, peopleOf } from './people-at-work.ts';
import { ProductiveError, routeNotFound, serverError, unsupportedMediaType } from './productive-error.ts';
import { addRecordRoutes } from './record-routes.ts';
import { UnknownResource } from './resources.ts';
import type { Unknowns } from './unknowns.ts';
import { Webhooks } from './webhooks.ts';

export { documentedLimits, unlimited } from './options.ts';
export type { Limits, ProductiveOptions } from './options.ts';
export { friendly, hostile } from './unknowns.ts';
export type { Unknowns } from './unknowns.ts';
export type { RecordCopy } from './people-at-work.ts';
export type { SavedChange } from './saved-change.ts';
export { landmarks } from './data/making.ts';

/** A running Productive with one organization, as its documentation and public observations describe it. */
export interface Productive extends People {
  /** `http://127.0.0.1:<port>`; the API is below `/api/v2`. */
  url: string;
  apiUrl: string;
  /** What uploads are sent to. Files are downloaded from `<url>/files/…?token=`. */
  uploadUrl: string;
  /** Of the integration user, who may write. */
  token: string;
  /** Of the same user, but for reading only. */
  readOnlyToken: string;
  /** Of a person at work. */
  annasToken: string;
  organizationId: string;
  /** People's ids. */
  persons: typeof persons;
  requests: RequestLog;
  faults: Faults;
  limits: RequestLimits;
  /** What arrived at the API, as other simulators have it. */
  readonly rateLimit: RateLimit;
  webhooks: Webhooks;
  /** May be changed while it runs. */
  unknowns: Unknowns;
  conditions: Instance['conditions'];
  stop: () => Promise<void>;
}

const prefix = '/api/v2';

export async function startProductiveSimulator(options: ProductiveOptions = {}): Promise<Productive> {
  const settings = resolveOptions(options);
  const instance = createInstance(settings);
  const { requests, limits, organization, webhooks, conditions } = instance;
  const faults = new Faults(settings.faultSeed);
  const people = peopleOf(instance);
  const app = Fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 2_000 } });
  installReception(app, {
    requests,
    faults,
    rateLimit: new RateLimit(),
    gate: (request) => (isApi(request) ? limits.arrive(tokenOf(request), isReport(request)) : null),
  });
  app.addHook('onRequest', async (request) => {
    if (isApi(request) && conditions.latencyMs > 0) await sleep(conditions.latencyMs, undefined, { ref: false });
  });
  app.setNotFoundHandler(async (_request, reply) => answerError(routeNotFound(), reply));
  addControlRoutes(app, instance, people, faults);
  app.register(apiOf(instance), { prefix });
  app.register((files) => addFileRoutes(files, instance));
  const url = await app.listen({ host: '127.0.0.1', port: settings.port });
  organization.origin = url;
  return {
    ...people,
    ...addresses(url, settings),
    ...{ persons, requests, faults, limits, webhooks, conditions, unknowns: organization.unknowns },
    get rateLimit() {
      return limits.arrivals;
    },
    stop: async () => {
      webhooks.stop();
      await app.close();
    },
  };
}

const annasToken = 'token-of-anna';
const readOnlyToken = 'token-for-reading';

const addresses = (url: string, { token, organizationId }: Settings) => ({
  url,
  apiUrl: `${url}${prefix}`,
  uploadUrl: `${url}/s3`,
  ...{ token, readOnlyToken, annasToken, organizationId },
});

const isApi = ({ url }: FastifyRequest): boolean => url.startsWith(prefix);
const isReport = ({ url }: FastifyRequest): boolean => url.startsWith(`${prefix}/reports/`);
const tokenOf = ({ headers }: FastifyRequest): string => String(headers['x-auth-token'] ?? '');

/** Productive's own books, of whose changes nobody wants to hear. */
const logged = new Set(['webhooks', 'webhook_logs', 'deleted_items', 'activities']);

function createInstance(settings: Settings): Instance {
  const { now, organizationId: id, utcOffset, unknowns, onSave } = settings;
  const organization: Organization = new Organization({
    id,
    now,
    utcOffset,
    unknowns,
    onChange: (change) => {
      consequences.of(change);
      if (!logged.has(change.type)) onSave(change);
    },
  });
  const webhooks = new Webhooks(organization, now);
  const consequences = new Consequences(organization, webhooks);
  furnish(organization);
  const { integration, anna } = persons;
  return {
    settings,
    organization,
    webhooks,
    documents: new Documents(organization),
    lists: new Lists(),
    files: new FileStorage(organization),
    limits: new RequestLimits(settings.limits, now),
    requests: new RequestLog(),
    credentials: new Map([
      [settings.token, { personId: integration, readOnly: false }],
      [readOnlyToken, { personId: integration, readOnly: true }],
      [annasToken, { personId: anna, readOnly: false }],
    ]),
    forbidden: new Set(),
    conditions: { latencyMs: settings.latencyMs },
  };
}

const mediaType = 'application/vnd.api+json';

const apiOf = (instance: Instance) => (app: FastifyInstance, _options: unknown, done: () => void) => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 16 * 1024 * 1024 }, (_request, body, parsed) => {
    try {
      parsed(null, body === '' ? {} : JSON.parse(String(body)));
    } catch {
      // A body that can't be read ends in a 500 (observed).
      parsed(serverError());
    }
  });
  app.addHook('onRequest', async (request) => {
    checkContentType(request);
    return Promise.resolve();
  });
  app.addHook('onSend', async (_request, reply) => {
    if (reply.statusCode !== 204) void reply.type(mediaType);
    return Promise.resolve();
  });
  app.setErrorHandler((error, _request, reply) => answerError(error, reply));
  app.setNotFoundHandler(async (_request, reply) => answerError(routeNotFound(), reply));
  addActionRoutes(app, instance);
  addRecordRoutes(app, instance);
  done();
};

/** Looked at before the token is (observed). Bulk, which the simulator has for nothing, needs its own Accept. */
function checkContentType({ method, headers }: FastifyRequest): void {
  const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  const type = headers['content-type'] ?? '';
  if (method === 'GET' || (!hasBody && type === '')) return;
  if (/ext=bulk/.test(type)) throw routeNotFound();
  if (type.split(';')[0]?.trim() !== mediaType) throw unsupportedMediaType();
}

async function answerError(error: unknown, reply: FastifyReply): Promise<FastifyReply> {
  const known = error instanceof UnknownResource ? routeNotFound() : error;
  const { status, errors } = known instanceof ProductiveError ? known : serverError();
  return reply.code(status).type(mediaType).send(JSON.stringify({ errors }));
}
