import type { CallContext, Json } from '../connector.ts';
import type { ProductiveClient } from './client.ts';
import type { ResourceObject } from './document.ts';
import { entityOfItem, resourceOf } from './resources.ts';

/** What says that a record is deleted, other than that it is not to be found. */
export interface Tombstones {
  /** Of a record whose absence was just answered. At most a few calls. */
  isBuried(entity: string, id: string, context: CallContext): Promise<boolean>;
}

const pageSize = 200;
/** The bin can't be asked for one record, only be read from the latest deletion on (documented filters). */
const mostBinPages = 5;
const mostRemembered = 20_000;
/** What was in the bin may be taken out again, and nothing tells of it but the bin. */
const trustedForMs = 60_000;

export function createTombstones(client: ProductiveClient): Tombstones {
  const bin = new Bin(client);
  return {
    isBuried: async (entity, id, context) =>
      (await bin.has(entity, id, context)) || (await isBuriedInLog({ client, bin }, entity, id, context)),
  };
}

/** Deletions that the recycle bin has shown a short while ago. */
class Bin {
  readonly #client: ProductiveClient;
  readonly #seen = new Set<string>();
  /** All that will ever be looked at was seen: only what is newer than it can be news. */
  #isSeenThrough = false;
  #sinceMs = Number.NEGATIVE_INFINITY;

  constructor(client: ProductiveClient) {
    this.#client = client;
  }

  async has(entity: string, id: string, context: CallContext): Promise<boolean> {
    if (this.#client.now() - this.#sinceMs > trustedForMs) this.#forget();
    if (this.#seen.has(keyOf(entity, id))) return true;
    await this.#read(keyOf(entity, id), context);
    return this.#seen.has(keyOf(entity, id));
  }

  async #read(wanted: string, context: CallContext): Promise<void> {
    for (let page = 1; page <= mostBinPages; page += 1) {
      const query = { sort: '-created_at', 'page[number]': String(page), 'page[size]': String(pageSize) };
      const { data } = await this.#client.list('/deleted_items', query, context);
      const keys = data.flatMap(buried);
      const isKnown = this.#isSeenThrough && keys.length > 0 && keys.every((key) => this.#seen.has(key));
      for (const key of data.flatMap(restored)) this.#seen.delete(key);
      this.#remember(keys);
      if (this.#seen.has(wanted) || isKnown) return;
      if (data.length < pageSize) break;
    }
    this.#isSeenThrough = true;
  }

  #remember(keys: readonly string[]): void {
    if (this.#seen.size + keys.length > mostRemembered) this.#forget();
    for (const key of keys) this.#seen.add(key);
  }

  #forget(): void {
    this.#seen.clear();
    this.#isSeenThrough = false;
    this.#sinceMs = this.#client.now();
  }
}

const keyOf = (entity: string, id: string): string => `${entity}/${id}`;

const buried = (entry: ResourceObject): readonly string[] => (isRestored(entry) ? [] : itemOf(entry));
const restored = (entry: ResourceObject): readonly string[] => (isRestored(entry) ? itemOf(entry) : []);
const isRestored = ({ attributes }: ResourceObject): boolean => attributes['recovered_at'] != null;

function itemOf({ attributes }: ResourceObject): readonly string[] {
  const key = itemKey(attributes['item_type'], attributes['item_id']);
  return key === null ? [] : [key];
}

function itemKey(type: Json | undefined, id: Json | undefined): string | null {
  const entity = typeof type === 'string' ? entityOfItem(type) : null;
  return entity === null || (typeof id !== 'number' && typeof id !== 'string') ? null : keyOf(entity, String(id));
}

/**
 * What goes down with its project or list has no entry in the bin; its activities say that it was deleted, or where it
 * was, which may be in the bin.
 */
async function isBuriedInLog(
  { client, bin }: { readonly client: ProductiveClient; readonly bin: Bin },
  entity: string,
  id: string,
  context: CallContext,
): Promise<boolean> {
  const filter = resourceOf(entity)?.activityFilter ?? null;
  if (filter === null) return false;
  const query = { [`filter[${filter}]`]: id, sort: '-created_at', 'page[size]': '30' };
  const { data } = await client.list('/activities', query, context);
  const own = data.filter(
    ({ attributes }) => itemKey(attributes['item_type'], attributes['item_id']) === keyOf(entity, id),
  );
  // Newest first: whatever was done to it after it was deleted says that it was taken back.
  const [newest] = own;
  if (newest !== undefined && saysDeleted(newest)) return true;
  const above = new Set(own.flatMap(places));
  above.delete(keyOf(entity, id));
  for (const place of above) {
    const [type = '', placeId = ''] = place.split('/');
    if (await bin.has(type, placeId, context)) return true;
  }
  return false;
}

const saysDeleted = ({ attributes }: ResourceObject): boolean =>
  ['item_deleted_at', 'parent_deleted_at', 'root_deleted_at'].some((name) => attributes[name] != null) ||
  attributes['event'] === 'destroy' ||
  attributes['event'] === 'delete';

const places = ({ attributes }: ResourceObject): readonly string[] =>
  ['parent', 'root'].flatMap((at) => itemKey(attributes[`${at}_type`], attributes[`${at}_id`]) ?? []);
