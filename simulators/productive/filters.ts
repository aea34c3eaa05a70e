import type { Condition, FilterGroup } from './list-parameters.ts';
import type { Organization } from './organization.ts';
import { unsupported } from './productive-error.ts';
import { dayOf } from './productive-time.ts';
import { type Filter, type Lookup, plain, type Resource, type StoredRecord } from './resource.ts';

export type Predicate = (record: StoredRecord) => boolean;

export interface FilterContext {
  readonly organization: Organization;
  /** `X-Feature-Flags: filteringSkipDatetimeCastToDate`: times are compared to the second, not by day. */
  readonly keepsTimeOfDay: boolean;
}

/** @throws ProductiveError 422 or 400 for a filter or an operator that the endpoint does not have */
export function predicateOf(resource: Resource, groups: readonly FilterGroup[], context: FilterContext): Predicate {
  const all = groups.map(({ joined, conditions }) => {
    const each = conditions.map((condition) => compiled(resource, condition, context));
    return joined === 'or'
      ? (record: StoredRecord) => each.some((holds) => holds(record))
      : (record: StoredRecord) => each.every((holds) => holds(record));
  });
  return (record) => all.every((holds) => holds(record));
}

/** The ids of one target that the records must point at, which an index can answer; null: look at all. */
export function indexedCondition(groups: readonly FilterGroup[], resource: Resource): Condition | null {
  const conditions = groups.flatMap(({ joined, conditions: own }) => (joined === 'and' ? own : []));
  return (
    conditions.find(
      ({ name, operator, value }) =>
        operator === 'eq' && /^\d+$/.test(value) && isStoredKey(resource, name) && name !== 'creator_id',
    ) ?? null
  );
}

const isStoredKey = ({ filters, relationships }: Resource, name: string): boolean => {
  const filter = filters[name];
  return filter?.by === 'value' && filter.of === name && relationships[name.replace(/_id$/, '')]?.kind === 'one';
};

const equality = ['eq', 'not_eq', 'contains', 'not_contain'];
const comparisons = ['gt', 'gt_eq', 'lt', 'lt_eq'];

function compiled(resource: Resource, condition: Condition, context: FilterContext): Predicate {
  const { name, operator } = condition;
  const { comparisonOperators, unknownFilterStatus } = context.organization.unknowns;
  const filter = resource.filters[name];
  const operators = [...equality, ...(comparisonOperators && filter?.by === 'datetime' ? comparisons : [])];
  if (filter === undefined || !operators.includes(operator)) {
    const shown = operator === 'eq' ? name : `${name}[${operator}]`;
    throw unsupported('Filter', `Filter '${shown}' is not supported on this endpoint`, unknownFilterStatus);
  }
  switch (filter.by) {
    case 'value':
      return byValue(filter, condition, context.organization);
    case 'datetime':
      return byTime(filter.of, condition, context);
    case 'after':
    case 'before':
      return byDay(filter, condition, context);
  }
}

function byValue(
  { of }: Extract<Filter, { by: 'value' }>,
  condition: Condition,
  organization: Organization,
): Predicate {
  const { operator, value } = condition;
  const wanted = new Set(value.split(','));
  const lookup: Lookup = (type, id) => organization.find(type, id)?.values;
  const shown = (record: StoredRecord): string => {
    return plain(typeof of === 'string' ? record.values[of] : of(record.values, lookup, record.id));
  };
  switch (operator) {
    case 'not_eq':
      return (record) => !wanted.has(shown(record));
    case 'contains':
      return (record) => shown(record).toLowerCase().includes(value.toLowerCase());
    case 'not_contain':
      return (record) => !shown(record).toLowerCase().includes(value.toLowerCase());
    default:
      return (record) => wanted.has(shown(record));
  }
}

/** To the second at best (documented); by default to the day. */
function byTime(
  of: string,
  { operator, value }: Condition,
  { organization, keepsTimeOfDay }: FilterContext,
): Predicate {
  const length = keepsTimeOfDay && dayOf(value) === null ? secondLength : dayLength;
  const wanted = parsed(value, organization).slice(0, length);
  return (record) => {
    const stored = record.values[of];
    if (typeof stored !== 'string') return operator === 'not_eq';
    return compares(operator, stored.slice(0, length), wanted);
  };
}

function byDay(
  filter: Extract<Filter, { by: 'after' | 'before' }>,
  { value }: Condition,
  context: FilterContext,
): Predicate {
  const { organization, keepsTimeOfDay } = context;
  const length = keepsTimeOfDay && dayOf(value) === null ? secondLength : dayLength;
  const wanted = parsed(value, organization).slice(0, length);
  const operator = (filter.by === 'after' ? 'gt' : 'lt') + (organization.unknowns.afterAndBeforeInclude ? '_eq' : '');
  return (record) => {
    const stored = record.values[filter.of];
    return typeof stored === 'string' && compares(operator, stored.slice(0, length), wanted);
  };
}

const dayLength = 'yyyy-mm-dd'.length;
const secondLength = 'yyyy-mm-ddThh:mm:ss'.length;

/** An unencoded `+` of an offset arrives as a blank, so such a time is none. */
function parsed(value: string, { time }: Organization): string {
  const found = time.parsed(value);
  if (found === null) throw unsupported('Filter Value', `'${value}' is not supported on this endpoint`);
  return found;
}

function compares(operator: string, stored: string, wanted: string): boolean {
  switch (operator) {
    case 'gt':
      return stored > wanted;
    case 'gt_eq':
      return stored >= wanted;
    case 'lt':
      return stored < wanted;
    case 'lt_eq':
      return stored <= wanted;
    case 'not_eq':
    case 'not_contain':
      return stored !== wanted;
    default:
      return stored === wanted;
  }
}
