import type { CallContext, CallPurpose } from '../connector.ts';
import type { ProductiveClient, Query } from './client.ts';
import type { ResourceObject } from './document.ts';

/** Documented as the most. */
const pageSize = 200;

export interface WholeList {
  readonly path: string;
  readonly query?: Query;
  readonly purpose?: CallPurpose;
  /** What is behind them is left out; missing: nothing is. */
  readonly mostPages?: number;
}

/** A list that nobody changes while it is read, from its first page to its last. One call for each 200 rows. @throws as `list` */
export async function allRows(
  client: ProductiveClient,
  { path, query = {}, purpose = 'record', mostPages = Number.POSITIVE_INFINITY }: WholeList,
  context: CallContext,
): Promise<readonly ResourceObject[]> {
  const found: ResourceObject[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const asked = { ...query, 'page[number]': String(page), 'page[size]': String(pageSize) };
    const { data, meta } = await client.list(path, asked, context, purpose);
    found.push(...data);
    if (data.length < pageSize || (meta?.total_pages ?? Number.POSITIVE_INFINITY) <= page) break;
  }
  return found;
}
