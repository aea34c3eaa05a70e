import type { CallContext, CallPurpose, Json } from '../connector.ts';
import { Misconfigured, Rejected } from '../errors.ts';
import { createHttpClient, type HttpAnswer, type HttpRequest } from '../http.ts';
import { createRefusedCredentials } from '../refused-credentials.ts';
import { type ListDocument, listDocument, productiveId, type ResourceObject, singleDocument } from './document.ts';
import { refusal } from './refusal.ts';
import { type ProductiveResource, resourceOf } from './resources.ts';

export interface ProductiveAccess {
  /** The name that people know; each organization in a house has one of its own. */
  readonly system?: string;
  /** With or without `/api/v2`. */
  readonly url?: string;
  /** A personal API token, better that of a person of its own. */
  readonly token: string;
  readonly organizationId: string;
  /** The person whom the token belongs to; null: not known, so nobody can tell who wrote last. */
  readonly personId?: string | null;
  /** For one call, in milliseconds. */
  readonly timeoutMs?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface Asked {
  readonly entity: string;
  /** Nothing of the request but its form can be wrong. */
  readonly isQuestion: boolean;
}

export type Query = Readonly<Record<string, string>>;

/** Productive's API with our token. Paths are those below `/api/v2`. */
export interface ProductiveClient {
  readonly system: string;
  readonly timeoutMs: number;
  readonly personId: string | null;
  readonly now: () => number;
  /** The answer may have any status. */
  send(request: HttpRequest, context: CallContext): Promise<HttpAnswer>;
  /** One page of a list. @throws what fits, Misconfigured for a question that Productive does not understand */
  list(path: string, query: Query, context: CallContext, purpose?: CallPurpose): Promise<ListDocument>;
  /** What a success shows. @throws the error that fits any other answer */
  one(answer: HttpAnswer, asked: Asked): ResourceObject;
}

const mediaType = 'application/vnd.api+json';

export function createProductiveClient(access: ProductiveAccess): ProductiveClient {
  const { system = 'Productive', timeoutMs = 20_000, now = Date.now, personId = null, token, organizationId } = access;
  const root = (access.url ?? 'https://api.productive.io').replace(/\/+$/, '').replace(/\/api\/v2$/, '');
  const http = createHttpClient({ system, baseUrl: `${root}/api/v2`, timeoutMs });
  const refused = createRefusedCredentials(system, now);
  // Accept matters as much as Content-Type: a wrong one is answered with 404 (documented).
  const headers = { 'content-type': mediaType, accept: mediaType, 'x-auth-token': token };
  const send: ProductiveClient['send'] = async (request, context) => {
    refused.check();
    const sent = { ...request, headers: { ...headers, 'x-organization-id': organizationId, ...request.headers } };
    const answer = await http.send(sent, context);
    if (answer.status === 401) refused.remember();
    return answer;
  };
  return {
    ...{ system, timeoutMs, personId, now, send },
    list: async (path, query, context, purpose = 'record') => {
      const answer = await send({ method: 'GET', path, query, purpose }, context);
      return shown(answer, listDocument, { isQuestion: true, relations: [], nowMs: now() });
    },
    one: (answer, { entity, isQuestion }) => {
      const relations = Object.keys(resourceOf(entity)?.relations ?? {});
      return shown(answer, singleDocument, { isQuestion, relations, nowMs: now() }).data;
    },
  };
}

type Shape<T> = { safeParse(json: unknown): { success: true; data: T } | { success: false } };

function shown<T>(answer: HttpAnswer, shape: Shape<T>, asked: Parameters<typeof refusal>[1]): T {
  if (answer.status >= 300) throw refusal(answer, asked);
  const body = shape.safeParse(answer.json);
  if (!body.success) throw answer.lost('the answer is no JSON:API document');
  return body.data;
}

/** @throws Misconfigured for a type that is not known here */
export function knownResource({ system }: Pick<ProductiveClient, 'system'>, entity: string): ProductiveResource {
  const resource = resourceOf(entity);
  if (resource === undefined) throw new Misconfigured(`${system}: no entity has such a name`, { system });
  return resource;
}

/** @throws Misconfigured, Rejected where the name or the id would lead to another address */
export function pathOf(client: Pick<ProductiveClient, 'system'>, entity: string, id?: string): string {
  const { system } = client;
  knownResource(client, entity);
  if (id === undefined) return `/${entity}`;
  if (!productiveId.safeParse(id).success)
    throw new Rejected(`${system}: no ${entity} have such an id`, { system, field: 'id' });
  return `/${entity}/${id}`;
}

/** Relationships that are not asked for come without ids (documented). */
export function includeOf(relations: readonly string[]): Query {
  return relations.length === 0 ? {} : { include: relations.join(',') };
}

/** The relationships of a type that every answer about one record shows. */
export function allRelations({ relations, author }: ProductiveResource, personId: string | null): readonly string[] {
  const names = Object.keys(relations);
  return author === null || personId === null || names.includes(author) ? names : [...names, author];
}

/** Ids stand in the attributes of what is written (documented), as integers. */
export function writtenBody(type: string, attributes: Readonly<Record<string, Json>>, id?: string): Json {
  const relations = Object.keys(resourceOf(type)?.relations ?? {});
  const written = Object.entries(attributes).map(([name, value]): [string, Json] => {
    const isId = name.endsWith('_id') && relations.includes(name.slice(0, -3));
    return [name, isId && typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value];
  });
  return { data: { type, ...(id !== undefined && { id }), attributes: Object.fromEntries(written) } };
}
