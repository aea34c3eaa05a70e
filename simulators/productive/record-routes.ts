import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { link, settleUpload } from './attachment-rules.ts';
import type { Shown } from './document.ts';
import { type Instance, keepsTimeOfDay, mayRead, whoAsks, whoWrites } from './instance.ts';
import { type ListParameters, listParameters } from './list-parameters.ts';
import type { Page } from './list.ts';
import type { Author } from './organization.ts';
import { accessDenied, invalidAttributes, recordNotFound, routeNotFound } from './productive-error.ts';
import type { Resource, StoredRecord, Values } from './resource.ts';
import { resources } from './resources.ts';
import { readBody } from './write-rules.ts';

interface Params {
  type: string;
  id: string;
}
type Request = FastifyRequest<{ Params: Params }>;

/** Lists, reads and writes of all resources. Creation answers 201, deletion 204. */
export function addRecordRoutes(app: FastifyInstance, instance: Instance): void {
  app.get('/:type', (request: Request) => list(instance, request));
  app.get('/:type/:id', (request: Request) => {
    whoAsks(instance, request);
    return shown(instance, request, readable(instance, request));
  });
  app.post('/:type', async (request: Request, reply) => {
    const author = whoWrites(instance, request);
    const resource = resourceThat('create', request);
    return reply.code(201).send(shown(instance, request, create(instance, resource, request.body, author)));
  });
  app.patch('/:type/:id', (request: Request) => {
    const author = whoWrites(instance, request);
    resourceThat('patch', request);
    return shown(instance, request, patch(instance, readable(instance, request), request.body, author));
  });
  app.delete('/:type/:id', (request: Request, reply: FastifyReply) => remove(instance, request, reply));
}

function list(instance: Instance, request: Request): unknown {
  whoAsks(instance, request);
  const resource = resourceIn(request);
  const parameters = parametersOf(request);
  const page = instance.lists.page(resource, parameters, {
    organization: instance.organization,
    keepsTimeOfDay: keepsTimeOfDay(request),
    mayRead: mayRead(instance),
  });
  const document = instance.documents.of(resource, page.records, parameters);
  instance.limits.charge(page.records.length + (document.included?.length ?? 0));
  return { ...document, ...paging(instance, request, parameters, page) };
}

function paging(
  { organization: { origin } }: Instance,
  request: Request,
  { pageSize }: ListParameters,
  { number, nextCursor }: Page,
) {
  const to = (position: string): string => `${origin}${pathOf(request)}?${otherParameters(request)}${position}`;
  const sizes = { page_size: pageSize, max_page_size: 200 };
  if (number === null) {
    const at = (cursor: string) => to(`page[after]=${cursor}&page[size]=${pageSize}`);
    return { meta: sizes, links: { first: at(''), ...(nextCursor !== null && { next: at(nextCursor) }) } };
  }
  const { current, total, records } = number;
  const at = (page: number) => to(`page[number]=${page}&page[size]=${pageSize}`);
  return {
    meta: { current_page: current, total_pages: total, total_count: records, ...sizes },
    links: {
      first: at(1),
      last: at(Math.max(1, total)),
      ...(current > 1 && { prev: at(current - 1) }),
      ...(current < total && { next: at(current + 1) }),
    },
  };
}

const pathOf = ({ url }: Request): string => url.split('?')[0] ?? '';

function otherParameters({ url }: Request): string {
  const others = [...new URLSearchParams(url.split('?')[1])].filter(([key]) => !key.startsWith('page['));
  return others.map(([key, value]) => `${key}=${encodeURIComponent(value)}&`).join('');
}

const parametersOf = ({ url }: FastifyRequest): ListParameters => listParameters(url.split('?')[1] ?? '');

/** The answer about one record. */
export function shown(instance: Instance, request: FastifyRequest, record: StoredRecord): unknown {
  const wanted: Shown = parametersOf(request);
  const resource = resources.get(record.type);
  if (resource === undefined) throw routeNotFound();
  const document = instance.documents.of(resource, record, wanted);
  instance.limits.charge(1 + (document.included?.length ?? 0));
  return document;
}

/** @throws ProductiveError 404 */
function resourceIn({ params }: Request): Resource {
  const resource = resources.get(params.type);
  if (resource === undefined) throw routeNotFound();
  return resource;
}

export function resourceThat(can: Resource['can'][number], request: Request): Resource {
  const resource = resourceIn(request);
  if (!resource.can.includes(can)) throw routeNotFound();
  return resource;
}

/** @throws ProductiveError 404 without the record, 403 without access to it */
export function readable(instance: Instance, request: Request): StoredRecord {
  const { type } = resourceIn(request);
  const { organization } = instance;
  const found = organization.find(type, request.params.id);
  const isHidden =
    found?.deleted === true && (request.method !== 'GET' || organization.unknowns.deletedReadsAs === '404');
  if (found === undefined || isHidden) throw recordNotFound();
  if (!mayRead(instance)(found)) throw accessDenied();
  return found;
}

function create(instance: Instance, resource: Resource, body: unknown, author: Author): StoredRecord {
  const { organization, settings, webhooks, files } = instance;
  const { type } = resource;
  if (type === 'webhooks' && !settings.hasWebhooks) throw accessDenied('webhooks_limit_exceeded');
  const { values, linked } = readBody(resource, body, organization, true);
  checkOwn(type, values, organization.unknowns.invalidAttributeCode);
  const token = values['signature_token'] ?? webhooks.newSignatureToken();
  const own = type === 'webhooks' ? { ...values, signature_token: token } : values;
  const record = organization.create(type, { ...own, ...idsOfTask(type, values) }, author);
  if (type === 'attachments') organization.touchQuietly(record, { aws_policy: files.policyFor(record) });
  link(organization, record, linked, author);
  return record;
}

const idsOfTask = (type: string, values: Values): Values =>
  type === 'comments' && values['task_id'] === undefined
    ? { commentable_type: values['project_id'] === undefined ? 'company' : 'project' }
    : {};

function checkOwn(type: string, values: Values, code: string): void {
  const owners = ['task_id', 'project_id', 'company_id'];
  const problems = [
    ...(type === 'comments' && owners.every((name) => values[name] === undefined) ? ['commentable'] : []),
    ...(type === 'webhooks' && !(Number(values['event_id']) >= 1 && Number(values['event_id']) <= 35)
      ? ['event_id']
      : []),
  ];
  if (problems.length === 0) return;
  throw invalidAttributes(
    code,
    problems.map((name) => ({ name, detail: 'is invalid' })),
  );
}

function patch(instance: Instance, record: StoredRecord, body: unknown, author: Author): StoredRecord {
  const { organization } = instance;
  const resource = resources.get(record.type);
  if (resource === undefined) throw routeNotFound();
  const { values, linked } = readBody(resource, body, organization, false);
  const own = ownOf(instance, record, values);
  organization.update(record.type, record.id, own, author);
  link(organization, record, linked, author);
  return record;
}

/** A project's workflow is changed by an action of its own, which the simulator doesn't have. */
function ownOf(instance: Instance, record: StoredRecord, values: Values): Values {
  if (record.type === 'attachments') return settleUpload(instance, record, values);
  if (record.type !== 'projects') return values;
  return Object.fromEntries(Object.entries(values).filter(([name]) => name !== 'workflow_id'));
}

function remove(instance: Instance, request: Request, reply: FastifyReply): FastifyReply {
  const author = whoWrites(instance, request);
  resourceThat('delete', request);
  const { type, id } = readable(instance, request);
  if (type === 'webhooks') instance.webhooks.remove(id);
  else instance.organization.remove(type, id, author);
  instance.limits.charge(0);
  return reply.code(204).send();
}
