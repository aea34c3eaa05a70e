import type { ConflictFilter, ConflictOfCouple } from '../../store/conflicts.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { type Decision, resolutionFrom } from './conflict-shape.ts';

/** Stores a decision for every conflict that is not closed, and has their couples looked at. @returns what was decided */
export async function decideConflicts(
  deps: ApiDependencies,
  filter: Omit<ConflictFilter, 'states'>,
  { decision, by }: { readonly decision: Decision; readonly by: string },
): Promise<readonly ConflictOfCouple[]> {
  const resolution = resolutionFrom(decision);
  const { decided, toRing } = await deps.store().conflicts.decide(filter, { resolution, by, now: deps.now() });
  void deps.doorbell.ring(toRing);
  return decided;
}
