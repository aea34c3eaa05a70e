/** `filter[project_id]=1` and the like, taken apart. */
export interface Condition {
  readonly name: string;
  readonly operator: string;
  readonly value: string;
}

export interface FilterGroup {
  readonly joined: 'and' | 'or';
  readonly conditions: readonly Condition[];
}

export interface ListParameters {
  /** All of them hold. */
  readonly groups: readonly FilterGroup[];
  readonly sort: readonly string[];
  readonly include: readonly string[];
  /** Names by resource type. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly pageNumber: number | null;
  readonly pageSize: number;
  /** Empty: the first page by cursor. Null: by number. */
  readonly pageAfter: string | null;
}

const maxPageSize = 200;
const defaultPageSize = 30;

export function listParameters(query: string): ListParameters {
  const search = new URLSearchParams(query);
  const number = search.get('page[number]');
  const size = Number(search.get('page[size]') ?? defaultPageSize);
  return {
    groups: groupsOf(search),
    sort: namesIn(search.get('sort')),
    include: namesIn(search.get('include')),
    fields: new Map(
      [...search].flatMap(([key, value]) => {
        const type = /^fields\[(.+)\]$/.exec(key)?.[1];
        return type === undefined ? [] : [[type, namesIn(value)] as const];
      }),
    ),
    pageNumber: number === null ? null : Math.max(1, Number(number) || 1),
    pageSize: size >= 1 ? Math.min(maxPageSize, Math.floor(size)) : defaultPageSize,
    pageAfter: search.get('page[after]'),
  };
}

const namesIn = (list: string | null): readonly string[] => (list ?? '').split(',').filter((name) => name !== '');

/** Conditions beside each other, and groups of them under numbers: `filter[0][status]=1`, `filter[0][$op]=or`. */
function groupsOf(search: URLSearchParams): readonly FilterGroup[] {
  const groups = new Map<string, { joined: 'and' | 'or'; conditions: Condition[] }>();
  const group = (name: string) => {
    const found = groups.get(name) ?? { joined: 'and', conditions: [] };
    groups.set(name, found);
    return found;
  };
  for (const [key, value] of search) {
    if (!key.startsWith('filter[')) continue;
    const path = [...key.matchAll(/\[([^\]]*)\]/g)].map(([, part = '']) => part);
    const number = /^\d+$/.test(path[0] ?? '') ? (path.shift() ?? '') : '';
    const [name = '', operator = 'eq'] = path;
    if (name === '$op') group(number).joined = value === 'or' ? 'or' : 'and';
    else group(number).conditions.push({ name, operator, value });
  }
  return [...groups.values()];
}
