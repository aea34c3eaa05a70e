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
