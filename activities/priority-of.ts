import type { CallPriority } from '../connectors/call-budget.ts';
import type { NotedHint } from '../store/hint-rows.ts';
import { classOf, hintTriggers } from '../store/hint-classes.ts';

/** Whose calls a look's are, by the most urgent of what asked for it. */
export function priorityOf(hints: readonly Pick<NotedHint, 'trigger'>[]): CallPriority {
  const urgent = hintTriggers.find((trigger) => hints.some((hint) => hint.trigger === trigger));
  return classOf(urgent ?? 'webhook');
}
