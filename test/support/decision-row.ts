import type { Direction } from '../../engine/pair.ts';
import type { Policy } from '../../engine/policy.ts';
import type { Resolution } from '../../engine/resolution.ts';
import type { Rule } from '../../engine/rules.ts';
import type { PerSide, Side } from '../../engine/values.ts';
import type { Verdict } from '../../engine/verdict.ts';

/** What one side shows of a field, and what its snapshot has of it; absent where there is none. */
export interface Shown {
  readonly now: string | null;
  readonly snapshot?: string | null;
}

/** What is known of one record beside its values. Times are seconds after the last sync. */
export interface Circumstances {
  readonly modifiedAtSeconds?: number;
  readonly byTandem?: true;
  /** Whether the record's version is another one than the master's status remembers. */
  readonly version?: 'same' | 'another';
}

/** What a person has decided, and which side has moved since then. */
export interface Decision {
  readonly resolution: Resolution;
  readonly movedSince?: Side;
}

/** What becomes of the field. A side that is not named in `writes` is not written. */
export interface Outcome {
  readonly writes?: Partial<PerSide<string | null>>;
  readonly rule?: Rule;
  /** The overwritten values that the ledger keeps. */
  readonly loses?: Partial<PerSide<string>>;
  /** The side that should get the value and is known not to take it. */
  readonly stranded?: Side;
  readonly open?: true;
  readonly verdict: Verdict;
}

/** One situation of one field. The tests plan it; docs/decision-table.md shows it. */
export interface DecisionRow {
  readonly situation: string;
  readonly master: Shown;
  readonly replica: Shown;
  /** Of the field's group, and of the first sync. */
  readonly policy: Policy;
  /** Default: both. */
  readonly direction?: Direction;
  readonly required?: true;
  readonly notTakenBy?: Side;
  readonly about?: Partial<PerSide<Circumstances>>;
  readonly decided?: Decision;
  readonly outcome: Outcome;
}

export interface DecisionSection {
  readonly title: string;
  readonly rows: readonly DecisionRow[];
}

export const unchanged = (now: string | null): Shown => ({ now, snapshot: now });
export const changed = (now: string | null, snapshot: string | null = 'Hannover'): Shown => ({ now, snapshot });
export const unknown = (now: string | null): Shown => ({ now });

export const same = { master: unchanged('Hannover'), replica: unchanged('Hannover') };
export const contested = { master: changed('Celle'), replica: changed('Peine') };
export const firstMeeting = { master: unknown('Celle'), replica: unknown('Peine') };
export const onlyMaster = { master: changed('Celle'), replica: unchanged('Hannover') };
export const onlyReplica = { master: unchanged('Hannover'), replica: changed('Peine') };
export const nothing: Outcome = { verdict: 'no_change' };
export const openQuestion: Outcome = { open: true, verdict: 'conflict' };

export const toReplica = (value: string | null, rule: Rule, verdict: Verdict, loses?: string): Outcome => ({
  writes: { replica: value },
  rule,
  verdict,
  ...(loses === undefined ? {} : { loses: { replica: loses } }),
});
export const toMaster = (value: string | null, rule: Rule, verdict: Verdict, loses?: string): Outcome => ({
  writes: { master: value },
  rule,
  verdict,
  ...(loses === undefined ? {} : { loses: { master: loses } }),
});
export const masterWinsIt = (rule: Rule): Outcome => toReplica('Celle', rule, 'conflict', 'Peine');
export const replicaWinsIt = (rule: Rule): Outcome => toMaster('Peine', rule, 'conflict', 'Celle');
