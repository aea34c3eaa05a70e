import type { Gone } from './deletion.ts';
import type { Candidate } from './identity.ts';
import type { RecentWrite } from './loop.ts';
import type { PairDefinition } from './pair.ts';
import type { Answer, Question } from './question.ts';
import type { UnlinkedTarget } from './reference.ts';
import type { RememberedSync } from './remembered-sync.ts';
import type { DecidedConflict } from './resolution.ts';
import type { CreationRule, RemovalRule, Rule } from './rules.ts';
import { type Base, emptyBase } from './snapshot.ts';
import type { Attributes, Json, PerSide, Side } from './values.ts';
import type { Verdict } from './verdict.ts';

/** One side's record as it was read for this plan. */
export interface SeenRecord {
  readonly id: string;
  readonly version: string | null;
  readonly attributes: Attributes;
  /** ISO 8601 UTC, or null where the system does not tell, or not surely. */
  readonly modifiedAt: string | null;
  /** Whether Tandem was the last author; null where the system does not tell. */
  readonly modifiedByUs: boolean | null;
}

/**
 * `gone`: the system says that the id we know does not exist. `proven`: another record could be read at the same moment,
 * so it is not the path or a permission. `unknown`: no id of that side is known.
 */
export type Seen =
  | { readonly kind: 'present'; readonly record: SeenRecord }
  | { readonly kind: 'gone'; readonly id: string; readonly proven: boolean }
  | {
      readonly kind: 'unknown';
      /** Look-alikes, where that side could be searched. */ readonly candidates: readonly Candidate[];
    };

export interface PlanInput {
  readonly pair: PairDefinition;
  /** What was last agreed; a side's snapshot may be empty or lack fields. */
  readonly base: Base;
  /** Which records were gone when the couple was last looked at, and nothing was to be done about it any more. */
  readonly parted: Gone | null;
  /** Attributes whose value counts as ours in the base, though somebody else may have typed the same since. */
  readonly presumed: PerSide<Attributes>;
  /** Consulted for fields that the base does not know. */
  readonly remembered: RememberedSync;
  readonly seen: PerSide<Seen>;
  /** What people have decided about open conflicts, by field. */
  readonly decided: Readonly<Record<string, DecidedConflict>>;
  /** What a person has answered to the record's question. */
  readonly answer: Answer | null;
  /** This couple's writes of the recent past, oldest first. */
  readonly recentWrites: readonly RecentWrite[];
}

/** What is known of two records that nobody has looked at yet. */
export const withoutPast: Omit<PlanInput, 'pair' | 'seen'> = {
  base: emptyBase,
  presumed: emptyBase,
  parted: null,
  remembered: { replicaVersion: null, lastSync: null },
  decided: {},
  answer: null,
  recentWrites: [],
};

/** One attribute to be written: what, over what, and why. The ledger's unit. */
export interface FieldWrite {
  readonly field: string;
  readonly side: Side;
  readonly attribute: string;
  readonly oldValue: Json;
  readonly newValue: Json;
  /** The overwritten value, where the other side never held it, both sides had one of their own, or it may not be ours. */
  readonly losingValue: Json | null;
  readonly rule: Rule;
}

/** A change that the other side is known not to take. */
export interface StrandedField {
  readonly field: string;
  readonly side: Side;
}

/** A field that names a record which is no couple: it is left alone until it is one. */
export interface WaitingField {
  readonly field: string;
  /** The side that shows it. */
  readonly side: Side;
  readonly target: UnlinkedTarget;
}

/** A field that nothing is written for until a person has decided. */
export interface OpenField {
  readonly field: string;
  readonly values: PerSide<Json>;
  /** What each side's snapshot holds; null where there is none. */
  readonly base: PerSide<Json>;
}

export interface MergePlan {
  readonly kind: 'merge';
  readonly verdict: Verdict;
  readonly writes: readonly FieldWrite[];
  readonly stranded: readonly StrandedField[];
  readonly open: readonly OpenField[];
  readonly waiting: readonly WaitingField[];
}

export interface CreatePlan {
  readonly kind: 'create';
  readonly verdict: 'created';
  readonly side: Side;
  readonly rule: CreationRule;
  readonly writes: readonly FieldWrite[];
  readonly stranded: readonly StrandedField[];
  readonly waiting: readonly WaitingField[];
}

/** Takes away the record that is left of a couple, as the pair's policy for its side says. */
export interface RemovePlan {
  readonly kind: 'remove';
  readonly verdict: 'deleted';
  readonly side: Side;
  readonly gone: Side;
  readonly rule: RemovalRule;
  readonly how: { readonly by: 'deleting' } | { readonly by: 'archiving'; readonly attributes: Attributes };
}

export type Plan =
  | MergePlan
  | CreatePlan
  | RemovePlan
  /** The missing side's record is known: read it and plan again. */
  | { readonly kind: 'adopt'; readonly side: Side; readonly id: string }
  /** The couple is parted. Nothing is written; the link stays, so that what is left is not taken for a stranger. */
  | { readonly kind: 'part'; readonly verdict: 'deleted'; readonly gone: Gone }
  /** The couple was parted before, and nothing has come back. */
  | { readonly kind: 'rest'; readonly verdict: 'no_change' }
  /** The missing record can't be created before the ones that it must point to. */
  | { readonly kind: 'wait'; readonly waiting: readonly WaitingField[] }
  /** A person has to decide; nothing is written to either system's data. */
  | { readonly kind: 'ask'; readonly question: Question };

/** The attributes to be sent to one side. */
export const attributesFor = (side: Side, writes: readonly FieldWrite[]): Attributes =>
  Object.fromEntries(
    writes.filter((write) => write.side === side).map(({ attribute, newValue }) => [attribute, newValue]),
  );
