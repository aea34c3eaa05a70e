import { contestedRules, type FieldDecision } from './decide.ts';

/** The outcome of one look at both sides, in one word. */
export type Verdict = 'no_change' | 'master_newer' | 'replica_newer' | 'merged' | 'conflict' | 'created' | 'deleted';

/** `conflict`: both sides had changed a same field, whoever won it. `merged`: both had changed, but different fields. */
export function verdictOf(decisions: readonly FieldDecision[]): Verdict {
  const moved = decisions.filter((decision) => decision.kind === 'take' || decision.kind === 'cannot_land');
  if (moved.some(({ rule }) => contestedRules.has(rule))) return 'conflict';
  const from = new Set(moved.map((decision) => decision.from));
  if (from.size === 2) return 'merged';
  if (from.size === 0) return 'no_change';
  return from.has('master') ? 'master_newer' : 'replica_newer';
}
