import type { WaitingField } from '../engine/plan.ts';
import { markOf, type UnlinkedTarget } from '../engine/reference.ts';
import type { WaitedFor } from '../store/reference-waits.ts';

/** The records that are waited for, each once. */
export function targetsOf(waiting: readonly WaitingField[]): readonly UnlinkedTarget[] {
  return [...new Map(waiting.map(({ target }) => [markOf(target), target])).values()];
}

export const refOfTarget = ({ pair, side, id, why }: UnlinkedTarget): WaitedFor => ({ pair, side, recordId: id, why });
