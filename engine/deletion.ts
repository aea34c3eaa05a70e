import type { Attributes, PerSide } from './values.ts';

/** What becomes of a record when its partner was deleted. */
export type DeletePolicy =
  | { readonly kind: 'delete' }
  /** It stays, with these attributes set; the couple is parted. */
  | { readonly kind: 'archive'; readonly attributes: Attributes }
  /** It stays as it is; the couple is parted. */
  | { readonly kind: 'unlink' }
  /** Nothing happens until a person has answered. */
  | { readonly kind: 'ask' };

export const deletePolicyKinds: readonly DeletePolicy['kind'][] = ['delete', 'archive', 'unlink', 'ask'];

export interface DeletionRules {
  /** By the side of the record that is still there. */
  readonly of: PerSide<DeletePolicy>;
  /** A record that was edited since the last agreement: `restore` creates its deleted partner again. */
  readonly whenEdited: 'restore' | 'delete';
  readonly budget: DeletionBudget;
}

/** So many deletions and archivings in the window are carried out; the next ones wait for a person. */
export interface DeletionBudget {
  readonly windowMs: number;
  /** Always allowed. */
  readonly least: number;
  /** Of the linked couples, between 0 and 1. */
  readonly share: number;
}

export const defaultDeletionBudget: DeletionBudget = { windowMs: 3_600_000, least: 10, share: 0.01 };

/** How many removals the budget allows in its window for a pair with so many couples. */
export const allowedRemovals = ({ least, share }: DeletionBudget, couples: number): number =>
  Math.max(least, Math.floor(couples * share));

/** Which records of a couple are gone. */
export type Gone = 'master' | 'replica' | 'both';
