import { InvalidPair } from './define-pair.ts';
import type { PairDefinition } from './pair.ts';

/** A field of a pair that points to records of another, or of the same. */
export interface Reference {
  readonly field: string;
  readonly target: string;
  /** No record is created before the one that it points to. */
  readonly required: boolean;
}

export const referencesOf = ({ fields }: Pick<PairDefinition, 'fields'>): readonly Reference[] =>
  fields.flatMap(({ name, codec: { target }, required }) =>
    target === undefined ? [] : [{ field: name, target, required }],
  );

/** The pairs whose records are pointed to. */
export const referencedPairs = (pairs: readonly PairDefinition[]): ReadonlySet<string> =>
  new Set(pairs.flatMap((pair) => referencesOf(pair).map(({ target }) => target)));

export interface ImportOrder {
  /** Those that others point to come first. */
  readonly pairs: readonly PairDefinition[];
  /** References whose targets come later, or are of the same pair: filled in as soon as these are there. */
  readonly later: readonly { readonly pair: string; readonly field: string }[];
}

/**
 * In which order pairs are imported so that as little as possible has to wait. A circle is broken where nothing is required.
 * @throws InvalidPair if a target is not among the pairs, lies in other systems, or can never be created before its sources
 */
export function importOrder(pairs: readonly PairDefinition[]): ImportOrder {
  for (const pair of pairs) {
    const problems = referencesOf(pair).flatMap((one) => targetProblems(pair, one, pairs));
    if (problems.length > 0) throw new InvalidPair(pair.name, problems);
  }
  const ordered: PairDefinition[] = [];
  const later: { pair: string; field: string }[] = [];
  while (ordered.length < pairs.length) {
    const placed = new Set(ordered.map(({ name }) => name));
    const next = nextOf(pairs, placed);
    const missing = referencesOf(next).filter(({ target }) => !placed.has(target));
    later.push(...missing.map(({ field }) => ({ pair: next.name, field })));
    ordered.push(next);
  }
  return { pairs: ordered, later };
}

function targetProblems(
  pair: PairDefinition,
  { field, target }: Reference,
  pairs: readonly PairDefinition[],
): string[] {
  const other = pairs.find(({ name }) => name === target);
  if (other === undefined) return [`${field} points to ${target}, which is no pair`];
  const { master, replica } = pair.title;
  const isSame = other.title.master.system === master.system && other.title.replica.system === replica.system;
  return isSame ? [] : [`${field} points to ${target}, whose records are in other systems`];
}

function nextOf(pairs: readonly PairDefinition[], placed: ReadonlySet<string>): PairDefinition {
  const rest = pairs.filter(({ name }) => !placed.has(name));
  const open = (pair: PairDefinition): readonly Reference[] =>
    referencesOf(pair).filter(({ target }) => target !== pair.name && !placed.has(target));
  const free = rest.find((pair) => open(pair).length === 0) ?? rest.find((pair) => !open(pair).some(isRequired));
  if (free !== undefined) return free;
  const names = rest.map(({ name }) => name);
  throw new InvalidPair(names[0] ?? '', [
    `none of ${names.join(', ')} can be created first: each requires another one`,
  ]);
}

const isRequired = ({ required }: Reference): boolean => required;
