/** What the simulator has to know of a resource type to store, check, filter and show its records. */

export type AttributeKind = 'text' | 'number' | 'boolean' | 'date' | 'datetime' | 'money' | 'json';

export interface Attribute {
  readonly kind: AttributeKind;
  /** What a new record has. */
  readonly initial: unknown;
  /** What POST and PATCH say about the others is passed over in silence. */
  readonly writable: boolean;
  /** Stored and filtered by, but not part of an answer. */
  readonly hidden: boolean;
}

/** One target, whose id stands under `<name>_id`; or all records of a type that point back with the key `by`. */
export type Relationship =
  | { readonly kind: 'one'; readonly type: string }
  | { readonly kind: 'many'; readonly type: string; readonly by: string };

export type Values = Readonly<Record<string, unknown>>;

export interface StoredRecord {
  readonly type: string;
  /** A number in decimal. Types count on their own: a task and a person may have the same. */
  readonly id: string;
  /** In the recycle bin. */
  deleted: boolean;
  /** Attributes, and ids of related records under `<relationship>_id`. */
  values: Record<string, unknown>;
}

/** Looks at other records, for filters such as a task's company. */
export type Lookup = (type: string, id: unknown) => Values | undefined;

export type Filter =
  | { readonly by: 'value'; readonly of: string | ((values: Values, lookup: Lookup, id: string) => unknown) }
  /** Cast to days unless the feature flag says otherwise. */
  | { readonly by: 'datetime'; readonly of: string }
  | { readonly by: 'after' | 'before'; readonly of: string };

export interface Resource {
  readonly type: string;
  /** How logs, bins and webhooks call one of them. */
  readonly itemType: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly relationships: Readonly<Record<string, Relationship>>;
  /** Names of what a POST must have. */
  readonly required: readonly string[];
  readonly filters: Readonly<Record<string, Filter>>;
  readonly sorts: readonly string[];
  /** What the API lets clients do beside listing and showing. */
  readonly can: readonly ('create' | 'patch' | 'delete' | 'archive' | 'deactivate')[];
}

const attribute =
  (kind: AttributeKind, initial: unknown = null) =>
  (): Attribute => ({ kind, initial, writable: true, hidden: false });
export const text = attribute('text');
export const number = attribute('number');
export const flag = attribute('boolean', false);
export const date = attribute('date');
export const datetime = attribute('datetime');
/** Minor units, answered as integer strings. */
export const money = attribute('money');
export const json = attribute('json');
export const count = attribute('number', 0);

export const set = (of: Attribute): Attribute => ({ ...of, writable: false });
export const hidden = (of: Attribute): Attribute => ({ ...of, writable: false, hidden: true });
export const initially = (of: Attribute, initial: unknown): Attribute => ({ ...of, initial });

export const one = (type: string): Relationship => ({ kind: 'one', type });
export const many = (type: string, by: string): Relationship => ({ kind: 'many', type, by });

export const value = (of: string | ((values: Values, lookup: Lookup, id: string) => unknown)): Filter => ({
  by: 'value',
  of,
});
export const moment = (of: string): Filter => ({ by: 'datetime', of });
export const after = (of: string): Filter => ({ by: 'after', of });
export const before = (of: string): Filter => ({ by: 'before', of });

/** Filters by the ids of related records, and by the record's own. */
export const byIds = (...names: readonly string[]): Record<string, Filter> => ({
  id: value((_values, _lookup, id) => id),
  ...Object.fromEntries(names.map((name) => [`${name}_id`, value(`${name}_id`)])),
});

/** 1: not archived, 2: archived. */
export const byArchive: Filter = value(({ archived_at: at }) => (at === null ? '1' : '2'));

/** A value as filters and indexes compare it; nothing is an empty text. */
export const plain = (stored: unknown): string =>
  typeof stored === 'string'
    ? stored
    : typeof stored === 'number' || typeof stored === 'boolean'
      ? String(stored)
      : stored === null || stored === undefined
        ? ''
        : JSON.stringify(stored);
