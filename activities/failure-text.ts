import { ConnectorError, Rejected } from '../connectors/errors.ts';
import { attributeInWords } from '../engine/field-in-words.ts';
import type { NextTry } from '../engine/messages.ts';
import type { PairDefinition } from '../engine/pair.ts';
import type { FailureCode, RetryDecision } from '../engine/retry.ts';
import type { Subject } from '../engine/wording.ts';
import type { Pass } from './pass.ts';

/** What the record's owner reads of a failed pass. */
export function failureText(
  { deps, pair }: Pass,
  error: unknown,
  { code, decision, now }: { readonly code: FailureCode; readonly decision: RetryDecision; readonly now: Date },
): string {
  if (decision.kind === 'circuit' && error instanceof ConnectorError) {
    return deps.messages.waiting({ system: error.system, since: now, code: decision.code });
  }
  return deps.messages.failure(code, subjectOf(pair, error), nextTry(decision, now, deps.retry.maxAttempts));
}

function subjectOf(pair: PairDefinition, error: unknown): Subject {
  if (!(error instanceof ConnectorError)) {
    return { system: 'Tandem', ids: [], fields: [], correctIn: null, reason: '' };
  }
  const { system, message: reason } = error;
  const isMaster = system === pair.title.master.system;
  const attribute = error instanceof Rejected ? error.field : null;
  const field = attribute === null ? null : attributeInWords(pair, isMaster ? 'master' : 'replica', attribute);
  return {
    system,
    ids: [],
    // An attribute that is not mapped has no value of the record's owner: the reason names it.
    fields: field === null ? [] : [field],
    correctIn: isMaster ? pair.title.replica.system : null,
    reason,
  };
}

function nextTry(decision: RetryDecision, now: Date, of: number): NextTry {
  if (decision.kind === 'give_up' || decision.kind === 'stop_pair') return { kind: 'gaveUp' };
  if (decision.kind !== 'wait' || !decision.told) return { kind: 'byItself' };
  return { kind: 'again', at: new Date(now.getTime() + decision.waitMs), attempt: decision.history.attempts, of };
}
