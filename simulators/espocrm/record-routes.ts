import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkVersion } from './concurrency.ts';
import type { EspoRecord, EspoUser } from './database.ts';
import { EspoError } from './espo-error.ts';
import { type Instance, mayRead } from './instance.ts';
import { listParameters, listRecords } from './list-query.ts';
import { withSubObjects } from './sub-objects.ts';

type Values = Record<string, unknown>;
interface Target {
  entityType: string;
  id: string;
}
/** Whoever the request's credentials belong to. */
export type WhoAsks = (request: FastifyRequest) => EspoUser;

/** Lists, reads and writes of records. Creation answers 200, not 201. */
export function addRecordRoutes(app: FastifyInstance, instance: Instance, whoAsks: WhoAsks): void {
  app.get<{ Params: { entityType: string } }>('/:entityType', (request) => list(instance, whoAsks(request), request));
  app.post<{ Params: { entityType: string } }>('/:entityType', (request) =>
    create(instance, whoAsks(request), request.params.entityType, request),
  );
  app.get<{ Params: Target }>('/:entityType/:id', (request) => read(instance, whoAsks(request), request.params));
  app.delete<{ Params: Target }>('/:entityType/:id', async (request, reply) => {
    remove(instance, whoAsks(request), request.params);
    return reply.type('application/json').send('true');
  });
  app.post<{ Params: { entityType: string } }>('/:entityType/action/restoreDeleted', async (request, reply) => {
    restore(instance, whoAsks(request), request.params.entityType, request);
    return reply.type('application/json').send('true');
  });
  // PUT and PATCH are the same.
  app.route<{ Params: Target }>({
    method: ['PUT', 'PATCH'],
    url: '/:entityType/:id',
    handler: (request) => update(instance, whoAsks(request), request.params, request),
  });
}

function list(instance: Instance, user: EspoUser, request: FastifyRequest<{ Params: { entityType: string } }>) {
  const { entityType } = request.params;
  const definition = instance.database.definition(entityType);
  const visible = instance.database
    .all(entityType)
    .filter((record) => !record.deleted && mayRead(instance, user, entityType, record.id));
  const query = request.url.split('?')[1] ?? '';
  return listRecords(definition, visible, listParameters(query), request.headers['x-no-total'] === 'true');
}

function read(instance: Instance, user: EspoUser, { entityType, id }: Target): Values {
  const definition = instance.database.definition(entityType);
  const record = instance.database.find(entityType, id);
  if (record === undefined || (record.deleted && user.kind !== 'admin')) {
    throw new EspoError(404, `Record ${id} does not exist.`);
  }
  if (!mayRead(instance, user, entityType, id)) throw new EspoError(403, "No 'read' access.");
  const shown = Object.entries(withSubObjects(definition, record)).filter(
    ([name]) => user.kind !== 'api' || !instance.hiddenFields.has(`${entityType}.${name}`),
  );
  return { ...Object.fromEntries(shown), ...ownership };
}

function create(instance: Instance, user: EspoUser, entityType: string, request: FastifyRequest): Values {
  const definition = instance.database.definition(entityType);
  const sent = allowed(instance, user, entityType, bodyOf(request));
  if (request.headers['x-skip-duplicate-check'] !== 'true') refuseDuplicate(instance, entityType, sent);
  const record = instance.database.create(entityType, sent, user);
  const answer = withSubObjects(definition, record);
  const touched = Object.entries(answer).filter(([, value]) => value !== null);
  return { ...Object.fromEntries(touched), ...echoed(sent), modifiedByName: null, ...ownership };
}

function update(instance: Instance, user: EspoUser, target: Target, request: FastifyRequest): Values {
  const { entityType, id } = target;
  const definition = instance.database.definition(entityType);
  const record = writable(instance, user, target);
  const sent = allowed(instance, user, entityType, bodyOf(request));
  const header = request.headers['x-version-number'];
  checkVersion(entityType, definition, { record, sent, header: typeof header === 'string' ? header : undefined });
  const before = withSubObjects(definition, record);
  const after = instance.database.update(entityType, id, sent, user);
  const stale = Object.entries(before).filter(([name]) => /(emailAddress|phoneNumber)Data$/.test(name));
  return { ...after, ...Object.fromEntries(stale), ...echoed(sent), ...ownership };
}

/** There is no way to make it conditional: a version number that was sent along is not looked at (observed). */
function remove(instance: Instance, user: EspoUser, target: Target): void {
  const { entityType, id } = target;
  writable(instance, user, target);
  if (user.kind === 'api' && instance.undeletable.has(entityType)) throw new EspoError(403, "No 'delete' access.");
  instance.database.remove(entityType, id, user);
}

/** For administrators only. */
function restore({ database }: Instance, user: EspoUser, entityType: string, request: FastifyRequest): void {
  database.definition(entityType);
  if (user.kind !== 'admin') throw new EspoError(403, '');
  const { id } = bodyOf(request);
  if (typeof id !== 'string' || id === '') throw new EspoError(400, '');
  database.restore(entityType, id);
}

function writable(instance: Instance, user: EspoUser, { entityType, id }: Target): EspoRecord {
  instance.database.definition(entityType);
  const record = instance.database.find(entityType, id);
  if (record === undefined || record.deleted) throw new EspoError(404, `Record ${id} not found.`);
  if (!mayRead(instance, user, entityType, id)) throw new EspoError(403, "No 'edit' access.");
  return record;
}

/** The answer to a write shows an e-mail address in the case in which it was sent, whatever is stored (observed). */
const echoed = ({ emailAddress }: Values): Values => (typeof emailAddress === 'string' ? { emailAddress } : {});

/** A JSON array is taken as "no changes" (observed). */
const bodyOf = (request: FastifyRequest): Values =>
  typeof request.body === 'object' && request.body !== null && !Array.isArray(request.body) ? { ...request.body } : {};

function allowed({ forbiddenFields }: Instance, user: EspoUser, entityType: string, sent: Values): Values {
  return Object.fromEntries(
    Object.entries(sent).filter(([name]) => user.kind !== 'api' || !forbiddenFields.has(`${entityType}.${name}`)),
  );
}

/** The default check of Person and Company types: same name, or same e-mail address. */
function refuseDuplicate({ database }: Instance, entityType: string, sent: Values): void {
  const same = (record: EspoRecord, name: string): boolean => (record[name] ?? null) === (sent[name] ?? null);
  const isCompany = database.definition(entityType).type === 'Company';
  const matches = database.all(entityType).filter((record) => {
    if (record.deleted) return false;
    const sameName = isCompany ? same(record, 'name') : same(record, 'lastName') && same(record, 'firstName');
    return sameName || sameAddress(record, sent);
  });
  if (matches.length > 0) throw new EspoError(409, 'duplicate', matches);
}

const sameAddress = ({ emailAddress: stored }: EspoRecord, { emailAddress: sent }: Values): boolean =>
  typeof sent === 'string' && typeof stored === 'string' && sent.toLowerCase() === stored.toLowerCase();

const ownership = {
  assignedUserName: null,
  teamsIds: [],
  teamsNames: {},
  isFollowed: false,
  followersIds: [],
  followersNames: {},
};
