import { z } from 'zod';
import type { EspoRecord } from './database.ts';
import type { EntityDefinition } from './entity-definition.ts';
import { EspoError } from './espo-error.ts';

const condition: z.ZodType<Condition> = z.lazy(() =>
  z.object({ type: z.string(), attribute: z.string().optional(), value: z.unknown() }),
);
interface Condition {
  type: string;
  attribute?: string | undefined;
  value?: unknown;
}
const parameters = z.object({
  where: z.array(condition).optional(),
  whereGroup: z.array(condition).optional(),
  select: z.union([z.array(z.string()), z.string().transform((names) => names.split(','))]).optional(),
  maxSize: z.coerce.number().optional(),
  offset: z.coerce.number().optional(),
  orderBy: z.string().optional(),
  order: z.enum(['asc', 'desc']).optional(),
});
export type ListParameters = z.infer<typeof parameters>;

const longestPage = 200;

/** Both spellings: one JSON text `searchParams`, or PHP's brackets. */
export function listParameters(query: string): ListParameters {
  const search = new URLSearchParams(query);
  const json = search.get('searchParams');
  const raw: unknown = json === null ? fromBrackets(search) : JSON.parse(json);
  return parameters.parse(raw);
}

function fromBrackets(search: URLSearchParams): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of search) {
    const path = key.split(/\[|\]\[|\]/).filter((part) => part !== '');
    let node = root;
    for (const part of path.slice(0, -1)) node = (node[part] ??= {}) as Record<string, unknown>;
    node[path.at(-1) ?? ''] = value;
  }
  for (const name of ['where', 'whereGroup']) {
    if (root[name] !== undefined) root[name] = Object.values(root[name] as Record<string, unknown>);
  }
  return root;
}

export interface ListAnswer {
  total: number;
  list: Record<string, unknown>[];
}

/** @throws EspoError 400 for unknown attributes, 403 for too large a page, 500 for a negative offset */
export function listRecords(
  definition: EntityDefinition,
  visible: readonly EspoRecord[],
  { where = [], whereGroup = [], select, maxSize = longestPage, offset = 0, orderBy, order = 'asc' }: ListParameters,
  withoutTotal: boolean,
): ListAnswer {
  if (maxSize > longestPage)
    throw new EspoError(403, `Max size should not exceed ${longestPage}. Use offset and limit.`);
  if (offset < 0) throw new EspoError(500, null);
  const conditions = [...where, ...whereGroup];
  const matching = visible.filter((record) => conditions.every((one) => holds(definition, one, record)));
  if (orderBy !== undefined) checkAttribute(definition, orderBy, 'order');
  const sorted = orderBy === undefined ? matching : matching.toSorted((a, b) => compare(a, b, orderBy, order));
  const page = sorted.slice(offset, offset + maxSize);
  const total = withoutTotal ? (sorted.length > offset + maxSize ? -1 : -2) : sorted.length;
  return { total, list: page.map((record) => selected(record, select, orderBy)) };
}

function holds(definition: EntityDefinition, { type, attribute, value }: Condition, record: EspoRecord): boolean {
  if (type === 'and' || type === 'or') {
    const nested = z.array(condition).parse(value);
    return type === 'and'
      ? nested.every((one) => holds(definition, one, record))
      : nested.some((one) => holds(definition, one, record));
  }
  const name = attribute ?? '';
  checkAttribute(definition, name, 'where');
  const stored = record[name];
  switch (type) {
    case 'equals':
      return String(stored) === String(value);
    case 'in':
      return z
        .array(z.unknown())
        .parse(value)
        .some((one) => String(one) === String(stored));
    case 'isNull':
      return stored === null;
    case 'isNotNull':
      return stored !== null;
    case 'greaterThan':
    case 'after':
      return String(stored) > operand(value);
    case 'greaterThanOrEquals':
      return String(stored) >= operand(value);
    default:
      throw new EspoError(400, `Unknown where type '${type}'.`);
  }
}

/** Times may be given as ISO 8601 with Z too. */
const operand = (value: unknown): string => String(value).replace(/^(\d{4}-\d{2}-\d{2})T(.*)Z$/, '$1 $2');

const always = ['id', 'name', 'deleted', 'createdAt', 'modifiedAt', 'createdById', 'modifiedById', 'versionNumber'];

function checkAttribute({ fields }: EntityDefinition, name: string, where: string): void {
  if (fields[name] === undefined && !always.includes(name)) {
    throw new EspoError(400, `Not existing attribute '${name}' in ${where}.`);
  }
}

function compare(a: EspoRecord, b: EspoRecord, by: string, order: 'asc' | 'desc'): number {
  const [left, right] = [`${String(a[by])} ${a.id}`, `${String(b[by])} ${b.id}`];
  return (left < right ? -1 : 1) * (order === 'asc' ? 1 : -1);
}

/** Lists leave out the sub-objects of e-mail and phone and cut long texts. */
function selected(
  record: EspoRecord,
  select: string[] | undefined,
  orderBy: string | undefined,
): Record<string, unknown> {
  const names =
    select === undefined
      ? Object.keys(record)
      : ['id', ...select, 'createdById', ...(orderBy === 'createdAt' ? ['createdAt'] : [])];
  return Object.fromEntries(
    names
      .filter((name) => name in record && !/(emailAddress|phoneNumber)Data$/.test(name))
      .map((name) => [name, cut(record[name])]),
  );
}

const cut = (value: unknown): unknown => (typeof value === 'string' ? value.slice(0, 10_000) : value);
