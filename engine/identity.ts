import { canonicalOf, type IdentityKey, type PairDefinition } from './pair.ts';
import { type Attributes, type Canonical, otherSide, type Side } from './values.ts';

/** A record of the searched side that may be the partner; already linked ones are not offered. */
export interface Candidate {
  readonly id: string;
  readonly attributes: Attributes;
  /** The record itself names its partner's id: as strong as a key can be. */
  readonly namesPartner: boolean;
}

export type IdentityMatch =
  | { readonly kind: 'none' }
  | { readonly kind: 'same'; readonly id: string }
  | { readonly kind: 'look_alikes'; readonly ids: readonly string[] };

/**
 * Whether one of the candidates is the partner. One match by a strong key is; several, or matches by a weak key only,
 * are questions for a person: merging two people is the worst outcome of all.
 */
export function matchIdentity(
  pair: PairDefinition,
  candidateSide: Side,
  existing: Attributes,
  candidates: readonly Candidate[],
): IdentityMatch {
  const matching = (strength: IdentityKey['strength']) =>
    candidates.filter((candidate) =>
      pair.identity.some(
        (key) =>
          key.strength === strength &&
          keyEquals(
            keyOf(pair, key, otherSide(candidateSide), existing),
            keyOf(pair, key, candidateSide, candidate.attributes),
          ),
      ),
    );
  const naming = candidates.filter(({ namesPartner }) => namesPartner);
  const strong = naming.length > 0 ? naming : matching('strong');
  const [only] = strong;
  if (only !== undefined && strong.length === 1) return { kind: 'same', id: only.id };
  const alike = strong.length > 1 ? strong : matching('weak');
  return alike.length === 0 ? { kind: 'none' } : { kind: 'look_alikes', ids: alike.map(({ id }) => id) };
}

/** A key's value in one canonical, case-insensitive form; null when any part of it is empty. */
export function keyOf(pair: PairDefinition, key: IdentityKey, side: Side, attributes: Attributes): string | null {
  const parts = key.fields.map((name) => {
    const field = pair.fields.find((candidate) => candidate.name === name);
    return field === undefined ? null : canonicalOf(field, side, attributes);
  });
  // No part has a line break once it is folded: "Anna Maria" + "Meier" is not "Anna" + "Maria Meier".
  return parts.some((part) => part === null) ? null : parts.map(folded).join('\n');
}

/** One value under which creations of the same thing exclude each other while they are open. */
export function creationKey(pair: PairDefinition, side: Side, attributes: Attributes): string | null {
  for (const key of pair.identity) {
    const value = keyOf(pair, key, side, attributes);
    if (value !== null) return `${key.name}:${value}`;
  }
  return null;
}

const keyEquals = (one: string | null, other: string | null): boolean => one !== null && one === other;
const folded = (value: Canonical): string => String(value).toLocaleLowerCase('de').replaceAll(/\s+/g, ' ');
