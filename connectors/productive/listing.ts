import type { CallContext, Listing, PagePosition, PageQuery, RecordPage, RemoteRecord } from '../connector.ts';
import { Misconfigured } from '../errors.ts';
import { Baseline } from './baseline.ts';
import { allRelations, includeOf, knownResource, pathOf, type ProductiveClient, type Query } from './client.ts';
import { instant, type ResourceObject, toRemoteRecord } from './document.ts';
import { compareIds, NewestFirst } from './newest-first.ts';
import { type ProductiveResource, resourceOf } from './resources.ts';

/** Documented as the most; `meta.max_page_size` says the same. */
const longestPage = 200;

/**
 * Productive's lists. A walk by id goes on after a place of Productive's own (`continueAfter`). A walk by modification is
 * one page, however long: tasks and time entries by `updated_at`, others by their last activity, which an edit may or may
 * not move (not documented), attachments by their creation; the rest can't be listed by any time that tells of changes.
 */
export function createProductiveListing(client: ProductiveClient): Listing {
  const parts: Parts = { client, baseline: new Baseline(client), newestFirst: new NewestFirst(client) };
  return {
    longestPage,
    canListChanges: (entity) => (resourceOf(entity)?.sortedBy ?? null) !== null,
    page: async (entity, query, context) =>
      query.position.by === 'id'
        ? pageById(parts, entity, { ...query, position: query.position }, context)
        : pageByModification(parts, entity, { ...query, position: query.position }, context),
    // What is not asked for, or was dropped from the API, is missing; a read shows whether it is empty.
    showsLess: (_attribute, shown) => shown === undefined,
  };
}

interface Parts {
  readonly client: ProductiveClient;
  readonly baseline: Baseline;
  readonly newestFirst: NewestFirst;
}

type QueryBy<By extends PagePosition['by']> = PageQuery & { readonly position: Extract<PagePosition, { by: By }> };

async function pageById(
  { client, baseline }: Parts,
  entity: string,
  { position, attributes, limit, withTotal }: QueryBy<'id'>,
  context: CallContext,
): Promise<RecordPage> {
  const path = pathOf(client, entity);
  const resource = knownResource(client, entity);
  const query = shownOf(client, entity, attributes);
  const total = withTotal ? await countOf(client, path, context) : null;
  const { rows, continueAfter } = await baseline.page(
    { path, query, fixedSort: resource.fixedSort, afterId: position.afterId, limit: Math.min(limit, longestPage) },
    context,
  );
  const records = rows.filter(isLiving).map((row) => toRemoteRecord(row, resource, client.personId));
  return { records, total, isLast: continueAfter === null, ...(continueAfter !== null && { continueAfter }) };
}

async function pageByModification(
  { client, newestFirst }: Parts,
  entity: string,
  { position, attributes }: QueryBy<'modification'>,
  context: CallContext,
): Promise<RecordPage> {
  const path = pathOf(client, entity);
  const resource = knownResource(client, entity);
  const { system } = client;
  const { sortedBy: time } = resource;
  if (time === null) throw new Misconfigured(`${system}: ${entity} can't be listed by their changes`, { system });
  const query = shownOf(client, entity, attributes);
  const sort = time === 'created_at' ? (resource.fixedSort ?? time) : time;
  const rows = await newestFirst.since({ path, query, time, sort, since: position.since }, context);
  const records = rows.filter(isLiving).map((row) => toRemoteRecord(row, resource, client.personId));
  return { records: records.filter((record) => isBeyond(record, position)), total: null, isLast: true };
}

function isBeyond({ id, modifiedAt }: RemoteRecord, { since, afterId }: QueryBy<'modification'>['position']): boolean {
  if (since === null || afterId === null || modifiedAt === null) return true;
  return modifiedAt > new Date(since).toISOString() || compareIds(id, afterId) > 0;
}

const isLiving = ({ attributes }: ResourceObject): boolean => instant(attributes['deleted_at']) === null;

/**
 * Only what is wanted: whole records with all that they point at make a page several times as long. Names that do not
 * exist are passed over (documented).
 */
function shownOf(client: ProductiveClient, entity: string, attributes: readonly string[]): Query {
  const resource = knownResource(client, entity);
  const relations = allRelations(resource, client.personId).filter(
    (name) => attributes.includes(`${name}_id`) || name === resource.author,
  );
  const own = ['updated_at', 'deleted_at', ...(resource.sortedBy === null ? [] : [resource.sortedBy])];
  const fields = [...new Set([...attributes, ...hiddenSources(resource), ...own, ...relations])];
  // The target's type by the relationship: what it points at is wanted for its id alone.
  const targets = relations.map((name) => [`fields[${resource.relations[name] ?? 'people'}]`, 'id'] as const);
  const ofTargets = Object.fromEntries(targets.filter(([name]) => name !== `fields[${entity}]`));
  return { ...includeOf(relations), ...ofTargets, [`fields[${entity}]`]: fields.join(',') };
}

/** What an activity's project is taken from. */
const hiddenSources = ({ itemType }: ProductiveResource): readonly string[] =>
  itemType === 'activity' ? ['item_type', 'item_id', 'parent_type', 'parent_id', 'root_type', 'root_id'] : [];

async function countOf(client: ProductiveClient, path: string, context: CallContext): Promise<number | null> {
  const { meta } = await client.list(path, { 'page[number]': '1', 'page[size]': '1' }, context);
  return meta?.total_count ?? null;
}
