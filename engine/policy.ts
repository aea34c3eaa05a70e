import type { Canonical, PerSide } from './values.ts';

/** What both sides hold of a contested field, and what they last agreed on (undefined: not known). */
export interface Contested {
  readonly base: Canonical | undefined;
  readonly values: PerSide<Canonical>;
}

/** Who decides a field that both sides changed. */
export type Policy =
  | { readonly kind: 'master' }
  | { readonly kind: 'replica' }
  /** The side that was modified last; the master where the times are closer than `toleranceMs` or not to be trusted. */
  | { readonly kind: 'newest'; readonly toleranceMs: number }
  /** Nothing is written for the field until a person has decided. */
  | { readonly kind: 'manual' }
  /** Both values become one. `name` appears in the documentation and tells one function from another. */
  | { readonly kind: 'combine'; readonly name: string; readonly combine: (contested: Contested) => Canonical };

export const policyKinds: readonly Policy['kind'][] = ['master', 'replica', 'newest', 'manual', 'combine'];

export const masterWins: Policy = { kind: 'master' };
export const replicaWins: Policy = { kind: 'replica' };
export const askPerson: Policy = { kind: 'manual' };

/** Two servers' clocks and the second in which EspoCRM rounds a time lie at most this far apart. */
const defaultToleranceMs = 5_000;

export const newestWins = ({ toleranceMs = defaultToleranceMs } = {}): Policy => ({ kind: 'newest', toleranceMs });

export const combined = (name: string, combine: (contested: Contested) => Canonical): Policy => ({
  kind: 'combine',
  name,
  combine,
});

/** For lists in one text, as `a; b`: what either side added stays, what either side removed since the base goes. */
export function unionOf(separator: string): Policy {
  const itemsOf = (value: Canonical | undefined): string[] =>
    String(value ?? '')
      .split(separator)
      .map((item) => item.trim())
      .filter((item) => item !== '');
  return combined(`union of the items between "${separator}"`, ({ base, values }) => {
    const [before, master, replica] = [itemsOf(base), itemsOf(values.master), itemsOf(values.replica)];
    const isKept = (item: string): boolean =>
      !before.includes(item) || (master.includes(item) && replica.includes(item));
    const items = [...new Set([...master, ...replica])].filter(isKept);
    return items.length === 0 ? null : items.join(`${separator} `);
  });
}

/** A policy in words, for documentation and for telling definitions apart. */
export function policyInWords(policy: Policy): string {
  switch (policy.kind) {
    case 'master':
      return 'the master wins';
    case 'replica':
      return 'the replica wins';
    case 'newest':
      return `the newest wins, the master within ${policy.toleranceMs / 1_000} s`;
    case 'manual':
      return 'a person decides';
    case 'combine':
      return `combined: ${policy.name}`;
  }
}
