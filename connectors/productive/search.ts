import type { Attributes, CallContext, Json, RemoteRecord } from '../connector.ts';
import { Misconfigured } from '../errors.ts';
import { allRelations, includeOf, knownResource, pathOf, type ProductiveClient } from './client.ts';
import { instant, relatedId, type ResourceObject, toRemoteRecord } from './document.ts';

/** Newest first: a creation whose answer was lost is among the latest in its place. */
const pageSize = 200;
const mostFound = 20;

/**
 * Records that show the given values, as far as Productive leaves values as they were sent: texts are compared without
 * their markup, nothing that is empty counts, nor does what is no plain value. Made for a creation whose answer was lost:
 * its place (project, list, task) is the filter, and of those that our own person made where that is known. One call.
 * @throws Misconfigured for a type that we do not create
 */
export async function search(
  client: ProductiveClient,
  entity: string,
  equal: Attributes,
  context: CallContext,
): Promise<readonly RemoteRecord[]> {
  const resource = knownResource(client, entity);
  const { system, personId } = client;
  const terms = Object.entries(equal).filter(([, value]) => comparable(value) !== '');
  const names = resource.searchFilters?.filter((name) => terms.some(([term]) => term === name)) ?? [];
  if (names.length === 0) throw new Misconfigured(`${system}: ${entity} can't be searched by this`, { system });
  const filters = names.map((name) => [`filter[${name}]`, comparable(equal[name])] as const);
  const sort = `-${resource.fixedSort ?? 'created_at'}`;
  const relations = allRelations(resource, personId);
  const query = { ...Object.fromEntries(filters), ...includeOf(relations), sort, 'page[size]': String(pageSize) };
  const { data } = await client.list(pathOf(client, entity), query, context);
  const ours = data.filter((row) => isCandidate(row, personId));
  const records = ours.map((row) => toRemoteRecord(row, resource, personId));
  return records.filter(({ attributes }) => terms.every((term) => shows(attributes, term))).slice(0, mostFound);
}

/** Not deleted, made by our own person where both are known, and no attachment whose file has never arrived. */
function isCandidate(row: ResourceObject, personId: string | null): boolean {
  const creator = relatedId(row, 'creator') ?? null;
  if (instant(row.attributes['deleted_at']) !== null) return false;
  if (personId !== null && creator !== null && creator !== personId) return false;
  return row.type !== 'attachments' || isFinished(row);
}

const isFinished = (row: ResourceObject): boolean =>
  typeof row.attributes['url'] === 'string' && ['task', 'comment'].some((name) => relatedId(row, name) != null);

const shows = (attributes: Attributes, [name, value]: readonly [string, Json]): boolean =>
  comparable(attributes[name]) === comparable(value);

/** A plain value as text, without markup and in single spaces: Productive rewrites what it takes for HTML. */
function comparable(value: Json | undefined): string {
  if (value === undefined || value === null || typeof value === 'object') return '';
  const text = String(value).replace(/<[^>]*>/g, ' ');
  return text
    .replace(/&(amp|lt|gt|quot|nbsp|#39);/g, unescaped)
    .replace(/\s+/g, ' ')
    .trim();
}

const characters: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'" };
const unescaped = (_entity: string, name: string): string => characters[name] ?? ' ';
