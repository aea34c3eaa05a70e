import { type FilterContext, indexedCondition, predicateOf } from './filters.ts';
import type { ListParameters } from './list-parameters.ts';
import { unsupported } from './productive-error.ts';
import { plain, type Resource, type StoredRecord } from './resource.ts';
import type { Unknowns } from './unknowns.ts';

export interface ListContext extends FilterContext {
  /** Whether the asking person may see it. */
  readonly mayRead: (record: StoredRecord) => boolean;
}

export interface Page {
  readonly records: readonly StoredRecord[];
  /** Of the page; null where the cursor was used. */
  readonly number: { readonly current: number; readonly total: number; readonly records: number } | null;
  /** Null: there is none after this. */
  readonly nextCursor: string | null;
}

interface Order {
  readonly name: string;
  readonly descending: boolean;
}

/** Answers lists, and remembers the last results, as a walk asks for the same one page after page. */
export class Lists {
  readonly #remembered = new Map<string, { readonly revision: number; readonly records: readonly StoredRecord[] }>();

  /** @throws ProductiveError for filters, sorts and cursors that the endpoint does not take */
  page(resource: Resource, parameters: ListParameters, context: ListContext): Page {
    const { unknowns } = context.organization;
    const byCursor = parameters.pageAfter !== null;
    if (byCursor) checkCursor(resource, parameters, unknowns);
    const order = orderOf(resource, parameters, unknowns, byCursor);
    const records = this.#matching(resource, parameters, context, order);
    return byCursor
      ? cursorPage(resource, records, parameters, order)
      : numberedPage(records, parameters.pageNumber ?? 1, parameters.pageSize);
  }

  #matching(
    resource: Resource,
    { groups }: ListParameters,
    context: ListContext,
    order: readonly Order[],
  ): readonly StoredRecord[] {
    const { organization, keepsTimeOfDay, mayRead } = context;
    const holds = predicateOf(resource, groups, context);
    const key = JSON.stringify([resource.type, groups, order, keepsTimeOfDay, organization.unknowns]);
    const known = this.#remembered.get(key);
    if (known?.revision === organization.revision) return known.records.filter(mayRead);
    const indexed = indexedCondition(groups, resource);
    const table = organization.table(resource.type);
    const candidates = indexed === null ? table.all() : table.pointingAt(indexed.name, indexed.value);
    const records = sorted(
      candidates.filter((record) => !record.deleted && isShown(resource, record, groups) && holds(record)),
      order,
    );
    this.#remember(key, organization.revision, records);
    return records.filter(mayRead);
  }

  #remember(key: string, revision: number, records: readonly StoredRecord[]): void {
    this.#remembered.delete(key);
    this.#remembered.set(key, { revision, records });
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > mostRemembered && oldest !== undefined) this.#remembered.delete(oldest);
  }
}

const mostRemembered = 8;

/** Project templates are left out (documented). */
const isShown = ({ type }: Resource, { values }: StoredRecord, groups: ListParameters['groups']): boolean =>
  type !== 'projects' || values['template'] !== true || groups.some(({ conditions }) => conditions.some(isTemplate));
const isTemplate = ({ name }: { name: string }): boolean => name === 'template';

function checkCursor({ type }: Resource, { pageNumber, sort }: ListParameters, { cursorSorts }: Unknowns): void {
  const refuse = (code: string, detail: string) => unsupported('Page', detail, 400, code);
  if (pageNumber !== null) throw refuse('keyset_conflict', 'page[after] and page[number] exclude each other');
  if (sort.length > 0 && !cursorSorts) {
    throw refuse('keyset_unsupported_sort', `${type} can't be paged by cursor in the order of ${sort.join(',')}`);
  }
}

function orderOf(
  resource: Resource,
  { sort }: ListParameters,
  unknowns: Unknowns,
  byCursor: boolean,
): readonly Order[] {
  if (sort.length > 0) return sort.map((key, index) => sortKey(resource, key, index > 0 || unknowns.sortsById));
  const id = { name: 'id', descending: false };
  if (byCursor) return [{ ...id, descending: unknowns.cursorOrder === 'newest first' }];
  if (unknowns.defaultOrder === 'by id') return [id];
  const latest = ['last_activity_at', 'created_at'].find((name) => name in resource.attributes);
  return [...(latest === undefined ? [] : [{ name: latest, descending: true }]), { ...id, descending: true }];
}

/** `id` is taken as a further key everywhere, alone only where the specification names it. */
function sortKey({ sorts }: Resource, key: string, idTaken: boolean): Order {
  const name = key.replace(/^-/, '');
  if (!sorts.includes(name) && !(name === 'id' && idTaken)) {
    throw unsupported('Sort', `Sort '${name}' is not supported on this endpoint`);
  }
  return { name: name === 'last_activity' ? 'last_activity_at' : name, descending: key.startsWith('-') };
}

/** Candidates come by id, ascending. */
function sorted(records: readonly StoredRecord[], order: readonly Order[]): readonly StoredRecord[] {
  const [first] = order;
  if (order.length === 1 && first?.name === 'id') return first.descending ? records.toReversed() : records;
  const keyed = records.map((record) => ({ record, keys: order.map(({ name }) => valueOf(record, name)) }));
  keyed.sort((left, right) => {
    for (const [index, { descending }] of order.entries()) {
      const result = compare(left.keys[index], right.keys[index]);
      if (result !== 0) return descending ? -result : result;
    }
    return 0;
  });
  return keyed.map(({ record }) => record);
}

const valueOf = (record: StoredRecord, name: string): unknown =>
  name === 'id' ? Number(record.id) : record.values[name];

/** Nothing comes first. */
function compare(left: unknown, right: unknown): number {
  if (left === right) return 0;
  if (left === null || left === undefined) return -1;
  if (right === null || right === undefined) return 1;
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const [one, other] = [plain(left), plain(right)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function numberedPage(records: readonly StoredRecord[], current: number, size: number): Page {
  const total = Math.ceil(records.length / size);
  return {
    records: records.slice((current - 1) * size, current * size),
    number: { current, total, records: records.length },
    nextCursor: null,
  };
}

/** A cursor holds where the last row stood, so rows that come and go before it don't matter. */
function cursorPage(
  { type }: Resource,
  records: readonly StoredRecord[],
  { pageAfter, pageSize }: ListParameters,
  order: readonly Order[],
): Page {
  const cursor = pageAfter === null || pageAfter === '' ? null : readCursor(type, pageAfter);
  const start = cursor === null ? 0 : startAfter(records, cursor, order);
  const page = records.slice(start, start + pageSize);
  const last = page.at(-1);
  const hasNext = start + pageSize < records.length && last !== undefined;
  const keys = last === undefined ? [] : [...order.map(({ name }) => valueOf(last, name)), Number(last.id)];
  return { records: page, number: null, nextCursor: hasNext ? writeCursor({ type, keys }) : null };
}

interface Cursor {
  readonly type: string;
  readonly keys: readonly unknown[];
}

function startAfter(records: readonly StoredRecord[], { keys }: Cursor, order: readonly Order[]): number {
  const isBeyond = (record: StoredRecord): boolean => {
    for (const [index, { name, descending }] of [...order, { name: 'id', descending: false }].entries()) {
      const result = compare(valueOf(record, name), keys[index]);
      if (result !== 0) return descending ? result < 0 : result > 0;
    }
    return false;
  };
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const record = records[middle];
    if (record !== undefined && isBeyond(record)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const writeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

function readCursor(type: string, text: string): Cursor {
  const invalid = unsupported('Page', 'The cursor is invalid', 400, 'keyset_invalid_cursor');
  try {
    const cursor = JSON.parse(Buffer.from(text, 'base64url').toString()) as Cursor;
    if (cursor.type === type && Array.isArray(cursor.keys)) return cursor;
  } catch {
    throw invalid;
  }
  throw invalid;
}
