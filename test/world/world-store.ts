import type { SyncDependencies } from '../../activities/dependencies.ts';
import type { Answer } from '../../engine/question.ts';
import type { Resolution } from '../../engine/resolution.ts';
import type { Conflict } from '../../store/conflict-rows.ts';
import type { Hint } from '../../store/record-refs.ts';
import type { LedgerRow } from '../../store/ledger-rows.ts';
import type { Link } from '../../store/link-rows.ts';

/** What a campaign needs of a store: what passes use, what people do, and a look at everything. */
export interface WorldStore {
  readonly passes: SyncDependencies['passes'];
  readonly linkStore: SyncDependencies['links'];
  hint(hint: Omit<Hint, 'pair'>): Promise<void>;
  /** The keys of the records that are due, each once. */
  dueKeys(): Promise<string[]>;
  links(): Promise<readonly Link[]>;
  ledger(): Promise<readonly LedgerRow[]>;
  conflicts(): Promise<readonly Conflict[]>;
  decide(conflictId: number, resolution: Resolution): Promise<void>;
  answer(linkId: number, answer: Answer): Promise<void>;
  releaseRemovals(): Promise<void>;
}
