import type { CallContext, Json, Listing, PagePosition, PageQuery, RecordPage } from '../connector.ts';
import { accepted } from './accepted.ts';
import { searchQuery } from './client.ts';
import type { Parts } from './parts.ts';
import { espoPage, toRemoteRecord } from './record.ts';

/** `recordListMaxSizeLimit` of a fresh 9.2.7; a larger page is refused with 403. */
const longestPage = 200;
/** Longer texts are cut in lists (`maxSelectTextAttributeLengthForList`, documented). */
const longestText = 10_000;
/** Selected or not, they are missing in lists (observed on 9.2.7). */
const neverListed = /(emailAddress|phoneNumber)Data$/;

/** What the connector itself has to know of each row. */
const ownAttributes = ['modifiedAt', 'createdById', 'modifiedById', 'versionNumber'];

/** EspoCRM's lists. @param pathOf throws for names that would lead to another address */
export function createEspoCrmListing(parts: Parts, pathOf: (entity: string) => string): Listing {
  return {
    longestPage,
    canListChanges: () => true,
    page: async (entity, query, context) => page(parts, pathOf(entity), query, context),
    showsLess: (attribute, shown) => neverListed.test(attribute) || isCut(shown),
  };
}

const isCut = (shown: Json | undefined): boolean => typeof shown === 'string' && shown.length >= longestText;

async function page(
  { client, ownUser }: Parts,
  path: string,
  { attributes, position, limit, withTotal }: PageQuery,
  context: CallContext,
): Promise<RecordPage> {
  const maxSize = Math.min(limit, longestPage);
  const select = [...new Set([...attributes.filter((name) => name !== 'id'), ...ownAttributes])];
  const query = searchQuery({ select, maxSize, order: 'asc', ...conditionOf(position) });
  const headers: Record<string, string> = withTotal ? {} : { 'x-no-total': 'true' };
  const answer = await client.send({ method: 'GET', path, query, headers, purpose: 'record' }, context);
  const { list, total } = accepted(answer, espoPage, { id: null, client });
  const ownId = await ownUser.id(context);
  return {
    records: list.map((record) => toRemoteRecord(record, ownId)),
    total: withTotal && total >= 0 ? total : null,
    isLast: list.length < maxSize,
  };
}

/** Keyset paging as observed on 9.2.7: an offset skips rows that move while it is paged. */
function conditionOf(position: PagePosition): Readonly<Record<string, unknown>> {
  if (position.by === 'id') {
    const after = { type: 'greaterThan', attribute: 'id', value: position.afterId };
    return { orderBy: 'id', ...(position.afterId !== null && { where: [after] }) };
  }
  const { since, afterId } = position;
  if (since === null) return { orderBy: 'modifiedAt' };
  const attribute = 'modifiedAt';
  const value = espoTime(since);
  if (afterId === null) return { orderBy: attribute, where: [{ type: 'greaterThanOrEquals', attribute, value }] };
  const ofThatTime = [
    { type: 'equals', attribute, value },
    { type: 'greaterThan', attribute: 'id', value: afterId },
  ];
  const later = { type: 'greaterThan', attribute, value };
  return { orderBy: attribute, where: [{ type: 'or', value: [later, { type: 'and', value: ofThatTime }] }] };
}

/** UTC in whole seconds: `2026-11-21 09:12:00`. */
const espoTime = (iso: string): string => new Date(iso).toISOString().slice(0, 19).replace('T', ' ');
