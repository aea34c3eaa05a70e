import type { FieldDecision } from './decide.ts';
import { contestedRules } from './rules.ts';
import { type Side, sides } from './values.ts';

/** The outcome of one look at both sides, in one word. */
export type Verdict = 'no_change' | 'master_newer' | 'replica_newer' | 'merged' | 'conflict' | 'created' | 'deleted';

/** `conflict`: both sides had changed a same field, whoever won it. `merged`: both had changed, but different fields. */
export function verdictOf(decisions: readonly FieldDecision[]): Verdict {
  const settled = decisions.filter((decision) => decision.kind === 'settled');
  const isContested = ({ rule }: { rule: (typeof settled)[number]['rule'] }): boolean => contestedRules.has(rule);
  if (decisions.some(({ kind }) => kind === 'open') || settled.some(isContested)) return 'conflict';
  const from = new Set(
    settled.flatMap((decision): readonly Side[] => (decision.from === null ? sides : [decision.from])),
  );
  if (from.size === 2) return 'merged';
  if (from.size === 0) return 'no_change';
  return from.has('master') ? 'master_newer' : 'replica_newer';
}
