import type { DeletionRules } from '../../engine/deletion.ts';
import { askPerson } from '../../engine/policy.ts';
import type { PairDefinition } from '../../engine/pair.ts';
import { beteiligte, ignoredByAdvoware } from '../../mappers/beteiligte.ts';

/** The parties, with a person deciding about names, and other rules for deletions if they are given. */
export function askingPair(deletion: Partial<DeletionRules> = {}): PairDefinition {
  const pair: PairDefinition = beteiligte({ readOnlyInAdvoware: ignoredByAdvoware });
  return { ...pair, groups: { ...pair.groups, name: askPerson }, deletion: { ...pair.deletion, ...deletion } };
}
