import type { PairDefinition } from '../../engine/pair.ts';
import type { Attributes, Side } from '../../engine/values.ts';
import type { StoredState } from './evidence.ts';
import type { Entry } from './journal.ts';

/** Everything that is known about one pair when a run has come to rest. */
export interface Rest extends StoredState {
  readonly pair: PairDefinition;
  /** The field whose value tells what the record is about (`R17`), whatever it is called by then; null: none does. */
  readonly traceField: string | null;
  readonly journal: readonly Entry[];
  /** What both systems show, by the records' ids. */
  readonly shown: Readonly<Record<Side, ReadonlyMap<string, Attributes>>>;
}

/** Something that must not be. */
export interface Finding {
  readonly kind: FindingKind;
  /** Missing: it is about no record of a pair. */
  readonly pair?: string;
  readonly record: string;
  /** The pair's word; null where the record as a whole is meant. */
  readonly field: string | null;
  readonly what: string;
}

/** What each kind means, by the promise of docs/reliability.md that it breaks. */
export const findingKinds = {
  lost: 'I3 an edit is nowhere any more',
  duplicated: 'I4 one thing has several records on a side, or a record several links',
  stuck: 'I1 not settled in time',
  'written after quiet': 'I2 I9 something was written though nothing had changed',
  different: 'I1 a couple differs and nothing says why',
  unlinked: 'I1 a record belongs to no couple',
  'came back': 'I5 a deleted record was created again',
  'deleted by us': 'I6 a record was deleted though the pair asks first',
  'over budget': 'I10 more requests in a window than allowed',
  unexplained: 'I14 a written value is in no ledger entry',
  broken: 'a process ended by itself, or something refused what it must not',
} as const;

export type FindingKind = keyof typeof findingKinds;
