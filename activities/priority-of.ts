import type { CallPriority } from '../connectors/call-budget.ts';
import type { NotedHint } from '../store/hint-rows.ts';
import { type HintTrigger, hintTriggers } from '../store/schema.ts';

const classOf: Readonly<Record<HintTrigger, CallPriority>> = {
  person: 'interactive',
  look_again: 'webhook',
  webhook: 'webhook',
  retry: 'webhook',
  catch_up: 'catch_up',
  census: 'census',
  backfill: 'backfill',
};

/** Whose calls a look's are, by the most urgent of what asked for it. */
export function priorityOf(hints: readonly Pick<NotedHint, 'trigger'>[]): CallPriority {
  const urgent = hintTriggers.find((trigger) => hints.some((hint) => hint.trigger === trigger));
  return classOf[urgent ?? 'webhook'];
}
