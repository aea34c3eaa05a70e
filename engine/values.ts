/** A value as a system gives or takes it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
/** Attributes of one record of one system, by the system's own names. */
export type Attributes = Readonly<Record<string, Json>>;
/** A value in the one form in which both sides can be compared; null is "empty". */
export type Canonical = string | number | boolean | null;

export type Side = 'master' | 'replica';
export const sides: readonly Side[] = ['master', 'replica'];
export const otherSide = (side: Side): Side => (side === 'master' ? 'replica' : 'master');
export type PerSide<T> = Readonly<Record<Side, T>>;

/** An attribute that a system leaves out means the same as an empty one. */
export const attributeOf = (attributes: Attributes, name: string): Json => attributes[name] ?? null;

/** A value as text that is equal exactly when the values are; the order of an object's keys does not count. */
export function textOfJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => textOfJson(item)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${textOfJson(item)}`).join(',')}}`;
}
