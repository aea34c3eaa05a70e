import { afterWriting } from '../after-writing.ts';
import type { Attributes, CallContext, Connector, Json, ReadResult, RemoteRecord } from '../connector.ts';
import { ConnectorError, Misconfigured, Rejected, StaleVersion } from '../errors.ts';
import type { HttpAnswer } from '../http.ts';
import type { TokenCache } from '../token-cache.ts';
import { type AdvowareClient, createAdvowareClient } from './client.ts';
import { diagnoseAdvoware } from './diagnose.ts';
import { doubtfulAbsence, type NotFoundAnswer, notFoundSign } from './not-found.ts';
import { canonicalName } from './property-names.ts';
import { probeReading } from './probe.ts';
import { emptiedProperties, putBody, type PutMode } from './put-body.ts';
import { readParties, readParty } from './record.ts';
import { message, refusal, saysOffline, system } from './refusal.ts';
import type { AdvowareCredentials } from './token-request.ts';

export interface AdvowareOptions extends AdvowareCredentials {
  /** The vendor's configurator, complete up to the query. Asked only where `url` or `securityUrl` is not given. */
  readonly configuratorUrl?: string;
  /** The relay or the firm's connector. */
  readonly url?: string | null;
  readonly securityUrl?: string | null;
  readonly basePath?: string;
  /** The office's zone, in which `geaendertAm` is written. */
  readonly timeZone?: string;
  /** For one call, in milliseconds. */
  readonly timeoutMs?: number;
  /** Calls at a time. */
  readonly concurrency?: number;
  readonly put?: PutMode;
  readonly notFound?: NotFoundAnswer;
  /** Properties by which parties can be searched, if the vendor offers that at all. */
  readonly search?: readonly string[];
  readonly tokens: TokenCache;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

interface Parts {
  readonly client: AdvowareClient;
  readonly timeZone: string;
  readonly put: PutMode;
  readonly notFound: NotFoundAnswer;
  readonly search: readonly string[];
}

/**
 * The parties ("Beteiligte") of an Advoware office as one `Connector`. What no public source settles about this API is
 * an option, with a default that can't lose data.
 */
export function createAdvowareConnector(options: AdvowareOptions): Connector {
  const { timeZone = 'Europe/Berlin', timeoutMs = 30_000, put = 'full', notFound = 'ask', search = [] } = options;
  const client = createAdvowareClient({ ...options, credentials: options, timeoutMs, now: options.now ?? Date.now });
  const parts: Parts = { client, timeZone, put, notFound, search };
  return {
    system,
    find: search.length === 0 ? { by: 'id' } : { by: 'keys', attributes: search },
    showsEmptyAttributes: false,
    timeoutMs,
    read: async (entity, id, context) => read(parts, pathOf(entity, id), context),
    search: async (entity, equal, context) => searchParties(parts, pathOf(entity), equal, context),
    create: async (entity, attributes, context) => create(parts, entity, attributes, context),
    update: async (entity, current, changes, context) =>
      update(parts, pathOf(entity, current.id), { current, changes }, context),
    // The vendor's API has no deletion of parties.
    remove: null,
    // No list of parties is known (facts: only by number).
    list: null,
    probe: async (known, context) => {
      await probeReading(client, known === null ? null : pathOf(known.entity, known.id), context);
    },
    diagnose: (_needs, context) => diagnoseAdvoware(client, notFound, context),
  };
}

/** @throws Misconfigured, Rejected where the name or the number would lead to another address */
function pathOf(entity: string, id?: string): string {
  if (!/^[A-Za-z]+$/.test(entity)) throw new Misconfigured(`${system}: no entity has such a name`, { system });
  if (id === undefined) return `/${entity}`;
  if (!/^[1-9]\d{0,9}$/.test(id))
    throw new Rejected(`${system}: no party has such a number`, { system, field: 'betNr' });
  return `/${entity}/${id}`;
}

async function read({ client, notFound, timeZone }: Parts, path: string, context: CallContext): Promise<ReadResult> {
  const answer = await client.send({ method: 'GET', path, purpose: 'record' }, context);
  if (!saysOffline(answer)) {
    const doubt = doubtfulAbsence(answer, notFound);
    if (doubt !== null) throw doubt;
    if (notFoundSign(answer) === notFound) return { kind: 'gone' };
  }
  return { kind: 'found', record: accepted(answer, readParty(answer.json, timeZone), client) };
}

async function searchParties(parts: Parts, path: string, equal: Attributes, context: CallContext) {
  const names = Object.keys(equal);
  const foreign = names.filter((name) => !parts.search.includes(name));
  if (names.length === 0 || foreign.length > 0) {
    throw new Misconfigured(`${system}: parties can't be searched by ${foreign.join(', ') || 'nothing'}`, { system });
  }
  const query = Object.fromEntries(Object.entries(equal).map(([name, value]) => [name, comparable(value)]));
  const answer = await parts.client.send({ method: 'GET', path, query, purpose: 'record' }, context);
  const found = accepted(answer, readParties(answer.json, parts.timeZone), parts.client);
  // Whether the API compares exactly, or at all, is not documented.
  const matches = (record: RemoteRecord): boolean =>
    Object.entries(equal).every(
      ([name, value]) => comparable(record.attributes[canonicalName(name)]) === comparable(value),
    );
  return found.filter(matches).slice(0, 20);
}

/** A value as text; a day loses its midnight, with which Advoware writes it. */
function comparable(value: Json | undefined): string {
  if (value === undefined || value === null || typeof value === 'object') return '';
  return String(value).replace(/^(\d{4}-\d{2}-\d{2})T00:00:00(?:\.0+)?$/, '$1');
}

async function create(
  parts: Parts,
  entity: string,
  attributes: Attributes,
  context: CallContext,
): Promise<RemoteRecord> {
  const { client, timeZone } = parts;
  const answer = await client.send(
    { method: 'POST', path: pathOf(entity), body: attributes, purpose: 'record' },
    context,
  );
  if (answer.status === 409) throw new Rejected(message(answer, 'refused (409)'), { system, field: null });
  const record = accepted(answer, readParty(answer.json, timeZone), client);
  const isComplete = Object.entries(attributes).every(
    ([name, value]) => value === null || canonicalName(name) in record.attributes,
  );
  if (record.version !== null && isComplete) return record;
  try {
    const again = await read(parts, pathOf(entity, record.id), context);
    return again.kind === 'found' ? again.record : record;
  } catch (error) {
    // The number must not get lost with a failed second look: nothing else would keep the party from being created twice.
    if (error instanceof ConnectorError) return record;
    throw error;
  }
}

interface Update {
  readonly current: RemoteRecord;
  readonly changes: Attributes;
}

async function update(
  parts: Parts,
  path: string,
  { current, changes }: Update,
  context: CallContext,
): Promise<RemoteRecord> {
  const { client, put, timeZone } = parts;
  const body = putBody(put, current, changes);
  const answer = await client.send({ method: 'PUT', path, body, purpose: 'record' }, context);
  if (isKnownAbsence(answer, parts.notFound)) throw new StaleVersion(message(answer, 'the record is gone'), { system });
  const doubt = answer.status === 404 ? doubtfulAbsence(answer, parts.notFound) : null;
  if (doubt !== null) throw doubt;
  const written = accepted(answer, readParty(answer.json, timeZone), client);
  if (written.version !== null && emptiedProperties(current, changes, written).length === 0) return written;
  // An answer that only leaves something out must not stop the pair.
  const again = await afterWriting(read(parts, path, context));
  if (again.kind === 'gone') throw new StaleVersion(message(answer, 'the record is gone'), { system });
  const emptied = emptiedProperties(current, changes, again.record);
  if (emptied.length > 0) throw new Misconfigured(message(answer, emptiedAdvice(emptied, put)), { system });
  return again.record;
}

/** A status of 500 is no proof on a write, since a write has more reasons to fail. */
function isKnownAbsence(answer: HttpAnswer, setting: NotFoundAnswer): boolean {
  const sign = saysOffline(answer) ? null : notFoundSign(answer);
  return sign !== null && sign !== '500' && sign === setting;
}

function emptiedAdvice(emptied: readonly string[], put: PutMode): string {
  const other = put === 'partial' ? 'full' : 'partial';
  return `the write emptied ${emptied.join(', ')}, which nobody meant to change; set ADVOWARE_PUT=${other} and restore it`;
}

/** @throws the error that fits, unless the answer is a success that could be read */
function accepted<T>(answer: HttpAnswer, body: T | null, client: AdvowareClient): T {
  if (answer.status >= 300) throw refusal(answer, client.now());
  if (body === null) throw answer.lost('the answer is no party');
  return body;
}
